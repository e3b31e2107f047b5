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

    /// <summary>Returns one page of an upload's parts, ordered by offset.</summary>
    /// <param name="vault">The vault name.</param>
    /// <param name="uploadId">The upload ID.</param>
    /// <param name="marker">The marker of the previous page, or null for the first page.</param>
    /// <param name="limit">The maximum number of parts on the page, or null for the server's default.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public Task<PartPage> ListPartsPageAsync(
        string vault,
        string uploadId,
        string? marker = null,
        int? limit = null,
        CancellationToken cancellationToken = default) =>
        GetAsync(
            RequestPath.Page(RequestPath.Item(_account, vault, Uploads, uploadId), marker, limit),
            GlacierJson.Default.PartPage,
            cancellationToken);

    /// <summary>Enumerates all parts of an upload, ordered by offset. Pages are requested as needed.</summary>
    public IAsyncEnumerable<UploadedPart> ListPartsAsync(
        string vault, string uploadId, CancellationToken cancellationToken = default) =>
        ReadAllPagesAsync(
            async (marker, token) =>
            {
                var page = await ListPartsPageAsync(vault, uploadId, marker, limit: null, token);
                return new Page<UploadedPart>(page.Parts, page.Marker);
            },
            cancellationToken);

    /// <summary>Returns one page of a vault's uploads in progress.</summary>
    /// <param name="vault">The vault name.</param>
    /// <param name="marker">The marker of the previous page, or null for the first page.</param>
    /// <param name="limit">The maximum number of uploads on the page, or null for the server's default.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public async Task<Page<MultipartUpload>> ListMultipartUploadsPageAsync(
        string vault, string? marker = null, int? limit = null, CancellationToken cancellationToken = default)
    {
        var path = RequestPath.Page($"{RequestPath.Vault(_account, vault)}/{Uploads}", marker, limit);
        var list = await GetAsync(path, GlacierJson.Default.UploadListDocument, cancellationToken);
        return new Page<MultipartUpload>(list.UploadsList, list.Marker);
    }

    /// <summary>Enumerates all uploads in progress of a vault. Pages are requested as needed.</summary>
    public IAsyncEnumerable<MultipartUpload> ListMultipartUploadsAsync(
        string vault, CancellationToken cancellationToken = default) =>
        ReadAllPagesAsync((marker, token) => ListMultipartUploadsPageAsync(vault, marker, limit: null, token), cancellationToken);

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
