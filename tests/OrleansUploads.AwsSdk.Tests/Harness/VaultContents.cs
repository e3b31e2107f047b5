using Amazon.Glacier;
using Amazon.Glacier.Model;

namespace OrleansUploads.AwsSdk.Tests.Harness;

/// <summary>Puts archives into vaults and reads them back.</summary>
internal static class VaultContents
{
    public const int MiB = 1024 * 1024;

    /// <summary>Pseudorandom bytes.</summary>
    public static byte[] Bytes(int lengthBytes) => Some.Bytes(lengthBytes, seed: 1);

    /// <summary>The tree hash that the SDK computes.</summary>
    public static string TreeHash(byte[] bytes) => TreeHashGenerator.CalculateTreeHash(new MemoryStream(bytes));

    /// <summary>Uploads an archive in one request.</summary>
    /// <returns>Its ID.</returns>
    public static async Task<string> UploadAsync(this IAmazonGlacier glacier, string vault, byte[] archive)
    {
        var response = await glacier.UploadArchiveAsync(new UploadArchiveRequest
        {
            VaultName = vault,
            Body = new MemoryStream(archive),
            Checksum = TreeHash(archive),
        });
        return response.ArchiveId;
    }

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
