using Amazon.Glacier;
using Amazon.Glacier.Model;

namespace OrleansUploads.AwsSdk.Tests.Harness;

/// <summary>Puts archives into vaults and reads them back.</summary>
internal static class VaultContents
{
    public const int MiB = 1024 * 1024;

    /// <summary>Pseudorandom bytes; the same seed gives the same bytes.</summary>
    public static byte[] Bytes(int lengthBytes, int seed = 1) => Some.Bytes(lengthBytes, seed);

    /// <summary>The tree hash that the SDK computes.</summary>
    public static string TreeHash(byte[] bytes) => TreeHashGenerator.CalculateTreeHash(new MemoryStream(bytes));

    /// <summary>Uploads an archive in one request.</summary>
    /// <returns>Its ID.</returns>
    public static async Task<string> UploadAsync(this IAmazonGlacier glacier, string vault, byte[] archive, string? description = null)
    {
        var response = await glacier.UploadArchiveAsync(new UploadArchiveRequest
        {
            VaultName = vault,
            ArchiveDescription = description,
            Body = new MemoryStream(archive),
            Checksum = TreeHash(archive),
        });
        return response.ArchiveId;
    }

    /// <summary>Starts an upload with parts of 1 MiB.</summary>
    /// <returns>Its ID.</returns>
    public static async Task<string> InitiateAsync(this IAmazonGlacier glacier, string vault, string? description = null)
    {
        var response = await glacier.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest { VaultName = vault, ArchiveDescription = description, PartSize = MiB });
        return response.UploadId;
    }

    /// <summary>Uploads the part that begins at an offset of an archive, of at most 1 MiB.</summary>
    public static async Task<UploadMultipartPartResponse> UploadPartAsync(
        this IAmazonGlacier glacier, string vault, string upload, byte[] archive, int offset)
    {
        var part = archive[offset..Math.Min(offset + MiB, archive.Length)];
        var request = new UploadMultipartPartRequest
        {
            VaultName = vault,
            UploadId = upload,
            Body = new MemoryStream(part),
            Checksum = TreeHash(part),
        };
        request.SetRange(offset, offset + part.Length - 1);
        return await glacier.UploadMultipartPartAsync(request);
    }

    /// <summary>Completes an upload.</summary>
    public static Task<CompleteMultipartUploadResponse> CompleteAsync(
        this IAmazonGlacier glacier, string vault, string upload, byte[] archive) =>
        glacier.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest
        {
            VaultName = vault,
            UploadId = upload,
            ArchiveSize = $"{archive.Length}",
            Checksum = TreeHash(archive),
        });

    /// <summary>Starts a job that retrieves an archive.</summary>
    /// <returns>Its ID.</returns>
    public static async Task<string> RetrieveAsync(this IAmazonGlacier glacier, string vault, string archiveId)
    {
        var response = await glacier.InitiateJobAsync(new InitiateJobRequest
        {
            VaultName = vault,
            JobParameters = new JobParameters { Type = "archive-retrieval", ArchiveId = archiveId },
        });
        return response.JobId;
    }

    /// <summary>Reads an archive with a new job.</summary>
    public static async Task<byte[]> DownloadAsync(this IAmazonGlacier glacier, string vault, string archiveId)
    {
        var job = await glacier.RetrieveAsync(vault, archiveId);
        using var output = await glacier.GetJobOutputAsync(new GetJobOutputRequest { VaultName = vault, JobId = job });
        using var bytes = new MemoryStream();
        await output.Body.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
