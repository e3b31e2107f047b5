namespace OrleansUploads.EndToEnd.Tests.Serving;

/// <summary>The demo over a service that runs already.</summary>
public sealed class DemoTests
{
    private const string Refusing = "http://127.0.0.1:1";

    [Fact, Campaign]
    public async Task The_demo_passes_over_a_running_service_and_runs_the_crash_command_twice()
    {
        await using var place = await Workplace.ShareAsync();
        var crashes = place.File("crashes");

        var result = await CommandLine.RunAsync(
            [
                "demo", "--size", "4MiB", "--endpoint", place.Server.Address.ToString(), "--endpoint", Refusing,
                "--crash", $"echo $1 >> '{crashes}'",
            ],
            place.Environment);

        result.Expect();
        Assert.Contains("The retrieved archive equals the file", result.Output, StringComparison.Ordinal);
        Assert.Equal(["1", "2"], await File.ReadAllLinesAsync(crashes, Cancellation));
    }

    [Fact]
    public async Task A_disk_that_is_too_small_is_reported_before_anything_is_written()
    {
        using var folder = new TemporaryFolder();

        (await CommandLine.RunAsync("demo", "--size", "4000TiB", "--folder", folder.Path))
            .ExpectOneLine($"of free space in {folder.Path}", "--folder", "--size");

        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }
}
