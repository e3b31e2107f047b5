namespace OrleansUploads.EndToEnd.Tests.AwsClients;

/// <summary>boto 2, on which published programs for Glacier are built. It signs <c>host</c> and the <c>x-amz-*</c> headers only.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class Boto2Tests
{
    [Fact]
    public async Task Boto2_uploads_in_parts_retrieves_and_deletes()
    {
        var python = await InstalledClients.FindPythonWithBoto2Async();
        using var folder = new TemporaryFolder();
        await using var server = await ServerProcess.StartAsync(folder.Data);
        await File.WriteAllBytesAsync(folder.File("archive"), Archives.Bytes((5 * Archives.MiB) + 12_345, seed: 1));
        await using var script = CapturedProcess.Start(
            python,
            [InstalledClients.PythonScript("boto2_upload.py"), server.Address.ToString(), folder.File("archive")],
            InstalledClients.Environment(folder.Path));
        var exitCode = await script.WaitForExitAsync(TimeSpan.FromMinutes(2));
        Assert.True(exitCode == 0, $"{script}\n{server}");
    }
}
