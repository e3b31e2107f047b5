using Amazon.Glacier;
using Amazon.Glacier.Model;
using OrleansUploads.AwsSdk.Tests.Harness;

namespace OrleansUploads.AwsSdk.Tests.Transfers;

/// <summary>Several of Amazon's clients upload one archive together.</summary>
public sealed class SharedUploadTests(VaultServer server) : IClassFixture<VaultServer>
{
    private const int PartCount = 8;

    [Fact]
    public async Task Clients_that_send_all_parts_and_complete_at_the_same_time_get_one_archive()
    {
        var vault = await server.CreateVaultAsync("shared");
        var archive = VaultContents.Bytes((PartCount * VaultContents.MiB) - 17);
        var first = server.Connect();
        var upload = await first.InitiateAsync(vault);

        AmazonGlacierClient[] clients = [first, server.Connect(), server.Connect(), server.Connect()];
        await Task.WhenAll(clients.Select(async (glacier, number) =>
        {
            foreach (var part in Enumerable.Range(0, PartCount).OrderBy(part => (part + (number * 2)) % PartCount))
            {
                await glacier.UploadPartAsync(vault, upload, archive, part * VaultContents.MiB);
            }
        }));
        var completed = await Task.WhenAll(clients.Select(glacier => glacier.CompleteAsync(vault, upload, archive)));

        Assert.Equal(archive, await first.DownloadAsync(vault, Assert.Single(completed.Select(answer => answer.ArchiveId).Distinct())));
        Assert.Equal(1L, (await first.DescribeVaultAsync(new DescribeVaultRequest { VaultName = vault })).NumberOfArchives);
        foreach (var glacier in clients)
        {
            glacier.Dispose();
        }
    }

    [Fact]
    public async Task Parts_are_read_from_one_file_and_their_tree_hashes_make_the_archives()
    {
        var vault = await server.CreateVaultAsync("parts-of-a-file");
        var archive = VaultContents.Bytes((5 * VaultContents.MiB) + 1);
        await File.WriteAllBytesAsync(server.File("archive"), archive);
        using var glacier = server.Connect();
        var upload = await glacier.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest { VaultName = vault, PartSize = 2 * VaultContents.MiB });
        List<string> hashes = [];
        await using (var file = File.OpenRead(server.File("archive")))
        {
            while (file.Position < file.Length)
            {
                var start = file.Position;
                var part = GlacierUtils.CreatePartStream(file, 2 * VaultContents.MiB);
                hashes.Add(TreeHashGenerator.CalculateTreeHash(part));
                var request = new UploadMultipartPartRequest
                {
                    VaultName = vault,
                    UploadId = upload.UploadId,
                    Body = part,
                    Checksum = hashes[^1],
                };
                request.SetRange(start, start + part.Length - 1);
                await glacier.UploadMultipartPartAsync(request);
                file.Position = start + part.Length;
            }
        }

        var completed = await glacier.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest
        {
            VaultName = vault,
            UploadId = upload.UploadId,
            ArchiveSize = $"{archive.Length}",
            Checksum = TreeHashGenerator.CalculateTreeHash(hashes),
        });

        Assert.Equal(VaultContents.TreeHash(archive), completed.Checksum);
        Assert.Equal(archive, await glacier.DownloadAsync(vault, completed.ArchiveId));
    }
}
