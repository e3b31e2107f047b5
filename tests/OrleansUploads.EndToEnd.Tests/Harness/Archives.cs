using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;

namespace OrleansUploads.EndToEnd.Tests.Harness;

/// <summary>Bytes to upload, and the ways that most tests send and fetch them.</summary>
public static class Archives
{
    public const int MiB = 1024 * 1024;

    /// <summary>Bytes that a seed stands for.</summary>
    public static byte[] Bytes(int lengthBytes, int seed)
    {
        var bytes = new byte[lengthBytes];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Uploads an archive in parts and completes it.</summary>
    public static async Task<ArchiveReceipt> UploadInPartsAsync(
        this GlacierClient client, string vault, byte[] archive, int partSizeBytes = MiB)
    {
        var upload = await client.InitiateMultipartUploadAsync(vault, partSizeBytes);
        for (var start = 0; start < archive.Length; start += partSizeBytes)
        {
            var part = archive.AsMemory(start, Math.Min(partSizeBytes, archive.Length - start));
            await client.UploadPartAsync(vault, upload, start, HashedBody.Of(part));
        }

        return await client.CompleteMultipartUploadAsync(vault, upload, archive.Length, HashedBody.Of(archive).TreeHash);
    }

    /// <summary>Fetches a whole archive by a job of its own.</summary>
    public static async Task<byte[]> RetrieveAsync(this GlacierClient client, string vault, string archiveId)
    {
        var job = await client.InitiateArchiveRetrievalAsync(vault, archiveId);
        using var output = await client.GetJobOutputAsync(vault, job);
        using var bytes = new MemoryStream();
        await output.Body.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
