using Amazon.Glacier.Model;
using Amazon.Glacier.Transfer;
using OrleansUploads.AwsSdk.Tests.Harness;

namespace OrleansUploads.AwsSdk.Tests.Transfers;

/// <summary>The SDK's own uploads and downloads of files.</summary>
public sealed class ArchiveTransferManagerTests(VaultServer server) : IClassFixture<VaultServer>, IDisposable
{
    private readonly SmallReads _smallReads = new(new SocketsHttpHandler { UseProxy = false });

    public void Dispose() => _smallReads.Dispose();

    [Theory]
    [InlineData("small", 1)]
    [InlineData("threshold", 10 * VaultContents.MiB)]
    [InlineData("parts", (12 * VaultContents.MiB) + 3)]
    public async Task A_file_is_uploaded(string name, int lengthBytes)
    {
        var vault = await server.CreateVaultAsync($"upload-{name}");
        var file = await WriteAsync(name, lengthBytes);
        using var glacier = server.Connect();
        using var transfers = new ArchiveTransferManager(glacier);
        var sent = new TaskCompletionSource();
        var options = new UploadOptions();
        options.StreamTransferProgress += (_, progress) =>
        {
            if (progress.TransferredBytes == progress.TotalBytes)
            {
                sent.TrySetResult();
            }
        };

        var uploaded = await transfers.UploadAsync(vault, "from a file", file, options);

        var bytes = await File.ReadAllBytesAsync(file);
        Assert.Equal(VaultContents.TreeHash(bytes), uploaded.Checksum);
        Assert.Equal(bytes, await glacier.DownloadAsync(vault, uploaded.ArchiveId));
        await sent.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Vaults_and_archives_are_created_and_deleted()
    {
        const string Vault = "managed";
        var file = await WriteAsync("managed", lengthBytes: 5);
        using var glacier = server.Connect();
        using var transfers = new ArchiveTransferManager(glacier);

        await transfers.CreateVaultAsync(Vault);
        var uploaded = await transfers.UploadAsync(Vault, "soon gone", file);
        await transfers.DeleteArchiveAsync(Vault, uploaded.ArchiveId);
        await transfers.DeleteVaultAsync(Vault);

        await Assert.ThrowsAsync<ResourceNotFoundException>(
            () => glacier.DescribeVaultAsync(new DescribeVaultRequest { VaultName = Vault }));
    }

    /// <summary>The SDK fails by itself when a read returns more than 1 MiB. On a fast link that depends on luck, so the reads of a larger
    /// archive are made small here.</summary>
    [Theory]
    [InlineData("one-read", VaultContents.MiB)]
    [InlineData("small-reads", (5 * VaultContents.MiB) + 3)]
    public async Task The_output_of_a_job_is_downloaded_if_no_read_is_larger_than_1_MiB(string name, int lengthBytes)
    {
        var vault = await server.CreateVaultAsync($"download-{name}");
        var archive = VaultContents.Bytes(lengthBytes);
        using var glacier = server.Connect(handler: _smallReads);
        using var transfers = new ArchiveTransferManager(glacier);
        var id = await glacier.UploadAsync(vault, archive);

        var job = await transfers.InitiateArchiveRetrievalJobAsync(vault, id);
        await transfers.DownloadJobAsync(vault, job, server.File(name));

        Assert.Equal(archive, await File.ReadAllBytesAsync(server.File(name)));
    }

    /// <summary>The SDK creates a topic and a queue, and waits there for the message that the job has finished. The message is the
    /// server's; topic and queue are a stand-in, because the SDK would use Amazon's.</summary>
    [Fact]
    public async Task A_download_begins_when_the_message_about_its_job_arrives()
    {
        using var messages = new MessagesStandIn();
        await using var notifying = await VaultServer.StartAsync("--notify", $"{MessagesStandIn.Topic}={messages.Address}");
        var vault = await notifying.CreateVaultAsync("download");
        using var glacier = notifying.Connect();
        var archive = VaultContents.Bytes(VaultContents.MiB - 1);
        var id = await glacier.UploadAsync(vault, archive);
        using var transfers = new ArchiveTransferManager(glacier);

        LoopbackOnly.ReplaceAmazonBy(messages);
        await transfers.DownloadAsync(vault, id, notifying.File("downloaded"));

        Assert.Equal(archive, await File.ReadAllBytesAsync(notifying.File("downloaded")));
        Assert.Equal(
            [
                "CreateTopic", "CreateQueue", "GetQueueAttributes", "Subscribe", "SetQueueAttributes",
                "ReceiveMessage", "DeleteMessage", "DeleteTopic", "DeleteQueue",
            ],
            messages.Calls);
        Assert.Equal(["sns.us-east-1.amazonaws.com", "sqs.us-east-1.amazonaws.com"], messages.Hosts);
    }

    private async Task<string> WriteAsync(string name, int lengthBytes)
    {
        var path = server.File($"{name}.bin");
        await File.WriteAllBytesAsync(path, VaultContents.Bytes(lengthBytes));
        return path;
    }
}
