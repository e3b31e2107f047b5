using System.Globalization;

namespace OrleansUploads.EndToEnd.Tests.AwsClients;

[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class Boto3Tests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, 20 * Archives.MiB)]
    [InlineData(4, (20 * Archives.MiB) + 12_345)]
    public async Task Boto3_uploads_retrieves_and_deletes_archives(int partSizeMiB, int sizeBytes)
    {
        var python = await InstalledClients.FindPythonWithBoto3Async();
        await using var server = await ServerProcess.StartAsync(_folder.Data);
        await File.WriteAllBytesAsync(_folder.File("archive"), Archives.Bytes(sizeBytes, seed: partSizeMiB));

        await using var script = CapturedProcess.Start(
            python,
            [
                InstalledClients.PythonScript("boto3_whole_job.py"),
                server.Address.ToString(),
                _folder.File("archive"),
                partSizeMiB.ToString(CultureInfo.InvariantCulture),
            ],
            InstalledClients.Environment(_folder.Path));

        var exitCode = await script.WaitForExitAsync(TimeSpan.FromMinutes(2));
        Assert.True(exitCode == 0, $"{script}\n{server}");
    }
}
