using OrleansUploads.Client.Transfers;

namespace OrleansUploads.EndToEnd.Tests.Transfers;

/// <summary>Transfers of whole archives with our own client.</summary>
public sealed class TransferTests : TestWithFolder
{
    private const string Vault = "records";
    private const long MaxPeakMemoryBytes = 300L * Archives.MiB;

    [Fact, Campaign]
    public async Task Large_parts_cost_the_server_little_memory()
    {
        await using var server = await ServerProcess.StartAsync(Folder.Data, "--quiet");
        var client = await server.ConnectAsync(Vault);
        var path = Folder.File("archive");
        await File.WriteAllBytesAsync(path, Archives.Bytes(256 * Archives.MiB, seed: 1));

        using var source = ByteSource.FromFile(path);
        var receipt = await new ArchiveUpload(client, new ArchiveUploadOptions { PartSizeBytes = 128 * Archives.MiB })
            .UploadAsync(Vault, source);
        await new ArchiveDownload(client).DownloadAsync(Vault, receipt.ArchiveId, Folder.File("copy"));

        Assert.SkipUnless(OperatingSystem.IsLinux(), "The peak memory of another process is only available on Linux.");
        Assert.InRange(server.PeakMemoryBytes, 1, MaxPeakMemoryBytes);
    }
}
