using System.Globalization;
using OrleansUploads.Client.Sources;
using OrleansUploads.Client.Wire;

namespace OrleansUploads.Client;

public sealed partial class GlacierClient
{
    private const string Uploads = "multipart-uploads";

    /// <summary>Initiates a multipart upload.</summary>
    /// <param name="vault">The vault name.</param>
    /// <param name="partSizeBytes">1 MiB times a power of two, at most 4 GiB. An archive has at most 10,000 parts.</param>
    /// <param name="description">At most 1,024 characters of printable ASCII, or null for none.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The upload's ID.</returns>
    public Task<string> InitiateMultipartUploadAsync(
        string vault, long partSizeBytes, string? description = null, CancellationToken cancellationToken = default) =>
        RunAsync(
            new GlacierRequest(HttpMethod.Post, $"{RequestPath.Vault(_account, vault)}/{Uploads}")
                .WithHeader(HeaderNames.PartSize, partSizeBytes.ToString(CultureInfo.InvariantCulture))
                .WithHeader(HeaderNames.ArchiveDescription, GlacierLimits.CheckDescription(description)),
            static (response, _) => Task.FromResult(ResponseReader.RequireHeader(response, HeaderNames.UploadId)),
            cancellationToken);

    /// <summary>Uploads one part. Uploading a part again replaces it, with the same or different bytes.</summary>
    /// <param name="vault">The vault name.</param>
    /// <param name="uploadId">The upload ID.</param>
    /// <param name="firstByte">The offset of the part in the archive; a multiple of the part size.</param>
    /// <param name="body">The part's bytes: exactly the part size, or less for the last part.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="IOException">Reading the source of the body failed.</exception>
    public Task UploadPartAsync(
        string vault, string uploadId, long firstByte, HashedBody body, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentOutOfRangeException.ThrowIfNegative(firstByte);
        CheckBodyLength(body);
        return RunAsync(
            new GlacierRequest(HttpMethod.Put, RequestPath.Item(_account, vault, Uploads, uploadId)) { Body = body }
                .WithHeader("content-range", $"bytes {new ByteRange(firstByte, firstByte + body.LengthBytes)}/*")
                .WithHeader(HeaderNames.TreeHash, body.TreeHash.ToString()),
            (response, _) =>
            {
                CheckTreeHash(response, body);
                return Task.FromResult(true);
            },
            cancellationToken);
    }

    /// <summary>Completes an upload: turns its parts into an archive. Repeating the request returns the same archive ID.</summary>
    /// <param name="vault">The vault name.</param>
    /// <param name="uploadId">The upload ID.</param>
    /// <param name="archiveSizeBytes">The total size of all parts in bytes.</param>
    /// <param name="treeHash">The tree hash of the whole archive. Use <see cref="TreeHasher.Combine"/> to compute it from the
    /// tree hashes of the parts.</param>
    /// <param name="cancellationToken">Cancels the request. The server may still complete the upload.</param>
    public Task<ArchiveReceipt> CompleteMultipartUploadAsync(
        string vault,
        string uploadId,
        long archiveSizeBytes,
        TreeHash treeHash,
        CancellationToken cancellationToken = default) =>
        CompleteMultipartUploadAsync(vault, uploadId, archiveSizeBytes, treeHash, Transport.Retry, cancellationToken);

    /// <summary>Aborts an upload and deletes its parts. Aborting an upload that does not exist fails with
    /// <see cref="GlacierErrorCodes.ResourceNotFound"/>.</summary>
    public Task AbortMultipartUploadAsync(string vault, string uploadId, CancellationToken cancellationToken = default) =>
        Transport.RemoveAsync(
            new GlacierRequest(HttpMethod.Delete, RequestPath.Item(_account, vault, Uploads, uploadId)),
            cancellationToken);

    /// <summary>Enumerates all parts of an upload, ordered by offset. Pages are requested as needed.</summary>
    public IAsyncEnumerable<UploadedPart> ListPartsAsync(
        string vault, string uploadId, CancellationToken cancellationToken = default) =>
        ReadPagesAsync(
            RequestPath.Item(_account, vault, Uploads, uploadId),
            GlacierJson.Default.PartListDocument,
            static page => (page.Parts, page.Marker),
            cancellationToken);

    /// <summary>Enumerates all uploads in progress of a vault. Pages are requested as needed.</summary>
    public IAsyncEnumerable<MultipartUpload> ListMultipartUploadsAsync(
        string vault, CancellationToken cancellationToken = default) =>
        ReadPagesAsync(
            $"{RequestPath.Vault(_account, vault)}/{Uploads}",
            GlacierJson.Default.UploadListDocument,
            static page => (page.UploadsList, page.Marker),
            cancellationToken);

    /// <summary>Reads one page of an upload's parts, which also has the part size.</summary>
    internal Task<PartListDocument> ReadPartsPageAsync(
        string vault, string uploadId, string? marker, CancellationToken cancellationToken) =>
        GetAsync(
            RequestPath.Page(RequestPath.Item(_account, vault, Uploads, uploadId), marker),
            GlacierJson.Default.PartListDocument,
            cancellationToken,
            nameof(ListPartsAsync));

    /// <summary>Completes with the given retry policy in place of the client's.</summary>
    internal Task<ArchiveReceipt> CompleteMultipartUploadAsync(
        string vault,
        string uploadId,
        long archiveSizeBytes,
        TreeHash treeHash,
        RetryPolicy retry,
        CancellationToken cancellationToken) =>
        Transport.RunAsync(
            new GlacierRequest(HttpMethod.Post, RequestPath.Item(_account, vault, Uploads, uploadId))
                .WithHeader(HeaderNames.ArchiveSize, archiveSizeBytes.ToString(CultureInfo.InvariantCulture))
                .WithHeader(HeaderNames.TreeHash, treeHash.ToString()),
            static (response, _) => Task.FromResult(ReadReceipt(response)),
            retry,
            cancellationToken);
}
