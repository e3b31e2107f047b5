using Amazon.Glacier.Model;
using Amazon.Glacier.Transfer;
using OrleansUploads.AwsSdk.Tests.Harness;

namespace OrleansUploads.AwsSdk.Tests.Transfers;

/// <summary>The SDK's own uploads and downloads of files.</summary>
public sealed class ArchiveTransferManagerTests(VaultServer server) : IClassFixture<VaultServer>
{
    [Theory]
    [InlineData("small", 1)]
    [InlineData("threshold", 10 * VaultContents.MiB)]
    [InlineData("parts", (12 * VaultContents.MiB) + 3)]
    public async Task A_file_is_uploaded_to_a_new_vault_and_both_are_deleted(string vault, int lengthBytes)
    {
        var bytes = VaultContents.Bytes(lengthBytes);
        await File.WriteAllBytesAsync(server.File(vault), bytes);
        using var glacier = server.Connect();
        using var transfers = new ArchiveTransferManager(glacier);

        await transfers.CreateVaultAsync(vault);
        var uploaded = await transfers.UploadAsync(vault, "from a file", server.File(vault));

        Assert.Equal(VaultContents.TreeHash(bytes), uploaded.Checksum);
        Assert.Equal(bytes, await glacier.DownloadAsync(vault, uploaded.ArchiveId));

        await transfers.DeleteArchiveAsync(vault, uploaded.ArchiveId);
        await transfers.DeleteVaultAsync(vault);
        await Assert.ThrowsAsync<ResourceNotFoundException>(
            () => glacier.DescribeVaultAsync(new DescribeVaultRequest { VaultName = vault }));
    }

    /// <summary>The SDK creates a topic and a queue, and waits there for the message that the job has finished. The message is the
    /// server's; topic and queue are a stand-in, because the SDK would use Amazon's. The SDK fails by itself when a read returns more
    /// than 1 MiB, so the archive is smaller.</summary>
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
}
