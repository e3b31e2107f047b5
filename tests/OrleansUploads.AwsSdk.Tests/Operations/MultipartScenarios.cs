using System.Net;
using Amazon.Glacier;
using Amazon.Glacier.Model;
using OrleansUploads.AwsSdk.Tests.Harness;

namespace OrleansUploads.AwsSdk.Tests.Operations;

/// <summary>Uploads in parts.</summary>
internal static class MultipartScenarios
{
    private static readonly byte[] Archive = VaultContents.Bytes((2 * VaultContents.MiB) + 5);

    public static IReadOnlyDictionary<string, Scenario> ByMethod { get; } = new Dictionary<string, Scenario>
    {
        [nameof(IAmazonGlacier.InitiateMultipartUploadAsync)] = InitiateMultipartUploadAsync,
        [nameof(IAmazonGlacier.UploadMultipartPartAsync)] = UploadMultipartPartAsync,
        [nameof(IAmazonGlacier.CompleteMultipartUploadAsync)] = CompleteMultipartUploadAsync,
        [nameof(IAmazonGlacier.AbortMultipartUploadAsync)] = AbortMultipartUploadAsync,
        [nameof(IAmazonGlacier.ListPartsAsync)] = ListPartsAsync,
        [nameof(IAmazonGlacier.ListMultipartUploadsAsync)] = ListMultipartUploadsAsync,
    };

    private static async Task InitiateMultipartUploadAsync(IAmazonGlacier glacier, string vault)
    {
        var initiated = await glacier.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest
        {
            VaultName = vault,
            ArchiveDescription = "a tape",
            PartSize = 4L * VaultContents.MiB,
        });
        Assert.Equal(HttpStatusCode.Created, initiated.HttpStatusCode);
        Assert.EndsWith($"/vaults/{vault}/multipart-uploads/{initiated.UploadId}", initiated.Location, StringComparison.Ordinal);

        var parts = await glacier.ListPartsAsync(new ListPartsRequest { VaultName = vault, UploadId = initiated.UploadId });
        Assert.Equal("a tape", parts.ArchiveDescription);
        Assert.Equal(4L * VaultContents.MiB, parts.PartSizeInBytes);
    }

    private static async Task UploadMultipartPartAsync(IAmazonGlacier glacier, string vault)
    {
        var upload = await glacier.InitiateAsync(vault);
        var first = await glacier.UploadPartAsync(vault, upload, Archive, VaultContents.MiB);
        Assert.Equal(HttpStatusCode.NoContent, first.HttpStatusCode);
        Assert.Equal(VaultContents.TreeHash(Archive[VaultContents.MiB..(2 * VaultContents.MiB)]), first.Checksum);
        Assert.Equal(first.Checksum, (await glacier.UploadPartAsync(vault, upload, Archive, VaultContents.MiB)).Checksum);
    }

    private static async Task CompleteMultipartUploadAsync(IAmazonGlacier glacier, string vault)
    {
        var upload = await UploadAllAsync(glacier, vault);
        var completed = await glacier.CompleteAsync(vault, upload, Archive);
        Assert.Equal(HttpStatusCode.Created, completed.HttpStatusCode);
        Assert.Equal(VaultContents.TreeHash(Archive), completed.Checksum);
        Assert.EndsWith($"/vaults/{vault}/archives/{completed.ArchiveId}", completed.Location, StringComparison.Ordinal);
        Assert.Equal(completed.ArchiveId, (await glacier.CompleteAsync(vault, upload, Archive)).ArchiveId);
        Assert.Equal(Archive, await glacier.DownloadAsync(vault, completed.ArchiveId));
    }

    private static async Task AbortMultipartUploadAsync(IAmazonGlacier glacier, string vault)
    {
        var upload = await glacier.InitiateAsync(vault);
        var aborted = await glacier.AbortMultipartUploadAsync(new AbortMultipartUploadRequest { VaultName = vault, UploadId = upload });
        Assert.Equal(HttpStatusCode.NoContent, aborted.HttpStatusCode);
        await Assert.ThrowsAsync<ResourceNotFoundException>(() => glacier.UploadPartAsync(vault, upload, Archive, 0));
    }

    private static async Task ListPartsAsync(IAmazonGlacier glacier, string vault)
    {
        var upload = await UploadAllAsync(glacier, vault);
        var request = new ListPartsRequest { VaultName = vault, UploadId = upload, Limit = 2 };
        var first = await glacier.ListPartsAsync(request);
        request.Marker = first.Marker;
        var last = await glacier.ListPartsAsync(request);

        Assert.Equal(
            ["0-1048575", "1048576-2097151", "2097152-2097156"], first.Parts.Concat(last.Parts).Select(part => part.RangeInBytes));
        Assert.Equal(VaultContents.TreeHash(Archive[(2 * VaultContents.MiB)..]), Assert.Single(last.Parts).SHA256TreeHash);
        Assert.Equal(upload, first.MultipartUploadId);
        Assert.True(string.IsNullOrEmpty(last.Marker), last.Marker);
    }

    private static async Task ListMultipartUploadsAsync(IAmazonGlacier glacier, string vault)
    {
        HashSet<string> initiated = [await glacier.InitiateAsync(vault, "first"), await glacier.InitiateAsync(vault, "second")];
        List<UploadListElement> listed = [];
        string? marker = null;
        do
        {
            var page = await glacier.ListMultipartUploadsAsync(
                new ListMultipartUploadsRequest { VaultName = vault, Limit = 1, UploadIdMarker = marker });
            listed.Add(Assert.Single(page.UploadsList));
            marker = page.Marker;
        }
        while (!string.IsNullOrEmpty(marker));

        Assert.Equal(initiated, listed.Select(upload => upload.MultipartUploadId).ToHashSet());
        Assert.Equal(["first", "second"], listed.Select(upload => upload.ArchiveDescription).Order(StringComparer.Ordinal));
        Assert.All(listed, upload => Assert.Equal((long)VaultContents.MiB, upload.PartSizeInBytes));
    }

    private static async Task<string> UploadAllAsync(IAmazonGlacier glacier, string vault)
    {
        var upload = await glacier.InitiateAsync(vault);
        for (var offset = 0; offset < Archive.Length; offset += VaultContents.MiB)
        {
            await glacier.UploadPartAsync(vault, upload, Archive, offset);
        }

        return upload;
    }
}
