using System.Net;
using Amazon.Glacier;
using Amazon.Glacier.Model;
using OrleansUploads.AwsSdk.Tests.Harness;

namespace OrleansUploads.AwsSdk.Tests.Operations;

/// <summary>Archives in one request.</summary>
internal static class ArchiveScenarios
{
    public static IReadOnlyDictionary<string, Scenario> ByMethod { get; } = new Dictionary<string, Scenario>
    {
        [nameof(IAmazonGlacier.UploadArchiveAsync)] = UploadArchiveAsync,
        [nameof(IAmazonGlacier.DeleteArchiveAsync)] = DeleteArchiveAsync,
    };

    private static async Task UploadArchiveAsync(IAmazonGlacier glacier, string vault)
    {
        var archive = VaultContents.Bytes((2 * VaultContents.MiB) + 1);
        var uploaded = await glacier.UploadArchiveAsync(new UploadArchiveRequest
        {
            VaultName = vault,
            ArchiveDescription = "holiday, 100 % of it",
            Body = new MemoryStream(archive),
            Checksum = VaultContents.TreeHash(archive),
        });
        Assert.Equal(HttpStatusCode.Created, uploaded.HttpStatusCode);
        Assert.Equal(VaultContents.TreeHash(archive), uploaded.Checksum);
        Assert.EndsWith($"/vaults/{vault}/archives/{uploaded.ArchiveId}", uploaded.Location, StringComparison.Ordinal);
        Assert.Equal(archive, await glacier.DownloadAsync(vault, uploaded.ArchiveId));
    }

    private static async Task DeleteArchiveAsync(IAmazonGlacier glacier, string vault)
    {
        var archive = await glacier.UploadAsync(vault, [1]);
        var deleted = await glacier.DeleteArchiveAsync(new DeleteArchiveRequest { VaultName = vault, ArchiveId = archive });
        Assert.Equal(HttpStatusCode.NoContent, deleted.HttpStatusCode);
        await Assert.ThrowsAsync<ResourceNotFoundException>(() => glacier.RetrieveAsync(vault, archive));
    }
}
