using System.Globalization;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;
using OrleansUploads.Client.Wire;
using OrleansUploads.Core.Hashing;

namespace OrleansUploads.Client;

public sealed partial class GlacierClient
{
    private const string Uploads = "multipart-uploads";

    /// <summary>Begins an upload in parts.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="partSizeBytes">1 MiB times a power of two, at most 4 GiB; at most 10,000 parts make an archive.</param>
    /// <param name="description">At most 1,024 characters of printable ASCII; null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The upload's ID.</returns>
    public Task<string> InitiateMultipartUploadAsync(
        string vault, long partSizeBytes, string? description = null, CancellationToken cancellationToken = default) =>
        RunAsync(
            new GlacierRequest(HttpMethod.Post, $"{RequestPath.Vault(_account, vault)}/{Uploads}")
                .With(HeaderNames.PartSize, partSizeBytes.ToString(CultureInfo.InvariantCulture))
                .With(HeaderNames.ArchiveDescription, DescriptionText.Check(description)),
            static (response, _) => Task.FromResult(Answer.RequireHeader(response, HeaderNames.UploadId)),
            cancellationToken);

    /// <summary>Uploads one part. Uploading it again, with the same bytes or others, replaces it.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="uploadId">The upload.</param>
    /// <param name="startBytes">Where the part begins in the archive; a multiple of the part size.</param>
    /// <param name="body">The part's bytes: a whole part size, or less for the last part.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The source of the body cannot be read.</exception>
    public Task UploadPartAsync(
        string vault, string uploadId, long startBytes, HashedBody body, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentOutOfRangeException.ThrowIfNegative(startBytes);
        CheckBodyLength(body);
        var request = new GlacierRequest(HttpMethod.Put, RequestPath.Item(_account, vault, Uploads, uploadId))
        {
            Body = body,
            ContentRange = $"bytes {new ByteRange(startBytes, startBytes + body.LengthBytes)}/*",
        };
        return RunAsync(
            request.With(HeaderNames.TreeHash, body.TreeHash.ToString()),
            (response, _) =>
            {
                CheckTreeHash(response, body);
                return Task.FromResult(true);
            },
            cancellationToken);
    }

    /// <summary>Makes an archive of the parts. Completing again answers the same archive.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="uploadId">The upload.</param>
    /// <param name="archiveSizeBytes">Size of all parts together.</param>
    /// <param name="treeHash">Tree hash of the whole archive; fold the parts' by <see cref="TreeHasher"/>.</param>
    /// <param name="cancellationToken">Gives up; the server may complete nevertheless.</param>
    public Task<ArchiveReceipt> CompleteMultipartUploadAsync(
        string vault,
        string uploadId,
        long archiveSizeBytes,
        TreeHash treeHash,
        CancellationToken cancellationToken = default) =>
        CompleteMultipartUploadAsync(vault, uploadId, archiveSizeBytes, treeHash, Transport.Retry, cancellationToken);

    /// <summary>Drops an upload and its parts.</summary>
    public Task AbortMultipartUploadAsync(string vault, string uploadId, CancellationToken cancellationToken = default) =>
        Transport.RemoveAsync(
            new GlacierRequest(HttpMethod.Delete, RequestPath.Item(_account, vault, Uploads, uploadId)),
            cancellationToken);

    /// <summary>Reads one page of an upload's parts, by start.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="uploadId">The upload.</param>
    /// <param name="marker">The marker of the page before; null for the first.</param>
    /// <param name="limit">Most parts on the page; null for the server's choice.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<PartPage> ListPartsPageAsync(
        string vault,
        string uploadId,
        string? marker = null,
        int? limit = null,
        CancellationToken cancellationToken = default) =>
        RunAsync(
            new GlacierRequest(
                HttpMethod.Get,
                RequestPath.Page(RequestPath.Item(_account, vault, Uploads, uploadId), marker, limit)),
            static (response, token) => Answer.ReadJsonAsync(response, GlacierJson.Default.PartPage, token),
            cancellationToken);

    /// <summary>All parts of an upload, by start, page by page as they are asked for.</summary>
    public IAsyncEnumerable<UploadedPart> ListPartsAsync(
        string vault, string uploadId, CancellationToken cancellationToken = default) =>
        EachAsync(
            async (marker, token) =>
            {
                var page = await ListPartsPageAsync(vault, uploadId, marker, limit: null, token);
                return new Page<UploadedPart>(page.Parts, page.Marker);
            },
            cancellationToken);

    /// <summary>Reads one page of a vault's uploads in progress.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="marker">The marker of the page before; null for the first.</param>
    /// <param name="limit">Most uploads on the page; null for the server's choice.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Page<MultipartUpload>> ListMultipartUploadsPageAsync(
        string vault, string? marker = null, int? limit = null, CancellationToken cancellationToken = default) =>
        RunAsync(
            new GlacierRequest(
                HttpMethod.Get, RequestPath.Page($"{RequestPath.Vault(_account, vault)}/{Uploads}", marker, limit)),
            static async (response, token) =>
            {
                var list = await Answer.ReadJsonAsync(response, GlacierJson.Default.UploadListDocument, token);
                return new Page<MultipartUpload>(list.UploadsList, list.Marker);
            },
            cancellationToken);

    /// <summary>All uploads in progress of a vault, page by page as they are asked for.</summary>
    public IAsyncEnumerable<MultipartUpload> ListMultipartUploadsAsync(
        string vault, CancellationToken cancellationToken = default) =>
        EachAsync((marker, token) => ListMultipartUploadsPageAsync(vault, marker, limit: null, token), cancellationToken);

    /// <summary>Completes with a patience of its own.</summary>
    internal Task<ArchiveReceipt> CompleteMultipartUploadAsync(
        string vault,
        string uploadId,
        long archiveSizeBytes,
        TreeHash treeHash,
        RetryPolicy retry,
        CancellationToken cancellationToken) =>
        Transport.RunAsync(
            new GlacierRequest(HttpMethod.Post, RequestPath.Item(_account, vault, Uploads, uploadId))
                .With(HeaderNames.ArchiveSize, archiveSizeBytes.ToString(CultureInfo.InvariantCulture))
                .With(HeaderNames.TreeHash, treeHash.ToString()),
            static (response, _) => Task.FromResult(ReadReceipt(response)),
            retry,
            cancellationToken);
}
