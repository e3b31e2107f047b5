using OrleansUploads.Client;
using OrleansUploads.Hashing;

namespace OrleansUploads.Silo.Tests.Crashes;

/// <summary>Compares the state of the cluster at the end with the answers that its clients got.</summary>
internal static class ClusterAudit
{
    public static async Task CheckAsync(GlacierClient client, ClusterLedger ledger)
    {
        foreach (var finished in ledger.Finished)
        {
            var again = await client.CompleteMultipartUploadAsync(
                ClusterLedger.Vault,
                finished.UploadId,
                finished.SizeBytes,
                TreeHasher.Combine([.. finished.Parts.Select(part => part.TreeHash)]));
            Assert.Equal(finished.ArchiveId, again.ArchiveId);
            var bytes = await client.RetrieveAsync(ClusterLedger.Vault, finished.ArchiveId);
            Assert.True(bytes.AsSpan().SequenceEqual(finished.Bytes()), $"Archive {finished.ArchiveId} has wrong bytes.");
        }

        Assert.Distinct(ledger.Finished.Select(finished => finished.ArchiveId));
        foreach (var open in ledger.Open)
        {
            var listed = await client.ListPartsAsync(ClusterLedger.Vault, open.UploadId).Select(part => part.TreeHash).ToListAsync();
            Assert.Equal(open.Acknowledged.Select(part => part.TreeHash), listed);
        }
    }
}
