namespace OrleansUploads.EndToEnd.Tests.AwsClients;

/// <summary>boto3, and boto 2, on which published programs for Glacier are built. boto 2 signs <c>host</c> and the <c>x-amz-*</c> headers
/// only.</summary>
[Campaign]
public sealed class Boto3Tests
{
    [Fact]
    public async Task Boto3_uploads_retrieves_and_deletes_archives() => await RunAsync(
        await InstalledClients.FindPythonWithBoto3Async(), "boto3_whole_job.py", (12 * Archives.MiB) + 12_345, "4");

    [Fact]
    public async Task Boto2_uploads_in_parts_retrieves_and_deletes() => await RunAsync(
        await InstalledClients.FindPythonWithBoto2Async(), "boto2_upload.py", (5 * Archives.MiB) + 12_345);

    private static async Task RunAsync(string python, string script, int archiveBytes, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var (server, _) = await SharedServer.EnterAsync();
        await File.WriteAllBytesAsync(folder.File("archive"), Archives.Bytes(archiveBytes, seed: 1));
        await using var program = CapturedProcess.Start(
            python,
            [InstalledClients.PythonScript(script), server.Address.ToString(), folder.File("archive"), .. arguments],
            InstalledClients.Environment(folder.Path));
        Assert.True(await program.WaitForExitAsync(TimeSpan.FromMinutes(5)) == 0, $"{program}\n{server}");
    }
}
