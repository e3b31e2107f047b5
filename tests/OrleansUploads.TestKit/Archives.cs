using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;

namespace OrleansUploads.TestKit;

/// <summary>Generates archives, uploads them and retrieves them.</summary>
public static class Archives
{
    public const int MiB = 1024 * 1024;

    /// <summary>Pseudorandom bytes; the same seed gives the same bytes.</summary>
    public static byte[] Bytes(int lengthBytes, int seed) => Some.Bytes(lengthBytes, seed);

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

    /// <summary>Retrieves a whole archive with a new job.</summary>
    public static async Task<byte[]> RetrieveAsync(this GlacierClient client, string vault, string archiveId)
    {
        var job = await client.InitiateArchiveRetrievalAsync(vault, archiveId);
        using var output = await client.GetJobOutputAsync(vault, job);
        using var bytes = new MemoryStream();
        await output.Body.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
