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
    /// <param name="totalBytes">The size of the archive, so that the server's dashboard can show the share that has arrived, or null if it
    /// is not known. The upload is not bound by it.</param>
    /// <param name="createKey">1 to 128 characters of printable ASCII without blanks. With the same key and properties, the server returns the
    /// same upload, so that a call whose answer was lost can be repeated and several programs can share an upload; null to initiate a new one.
    /// Amazon's server ignores it.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The upload's ID.</returns>
    public Task<string> InitiateMultipartUploadAsync(
        string vault,
        long partSizeBytes,
        string? description = null,
        long? totalBytes = null,
        string? createKey = null,
        CancellationToken cancellationToken = default) => InitiateAsync(
            vault, partSizeBytes, description, totalBytes, createKey, storage: null, nameof(InitiateMultipartUploadAsync), cancellationToken);

    /// <summary>Initiates an upload whose bytes the caller stores elsewhere. Report its parts with <see cref="ReportPartAsync"/>. Needs a key of
    /// the role node or admin.</summary>
    /// <param name="vault">The vault name.</param>
    /// <param name="partSizeBytes">1 MiB times a power of two, at most 4 GiB. An archive has at most 10,000 parts.</param>
    /// <param name="description">At most 1,024 characters of printable ASCII, or null for none.</param>
    /// <param name="totalBytes">The size of the archive, so that the server's dashboard can show the share that has arrived, or null if it
    /// is not known. The upload is not bound by it.</param>
    /// <param name="createKey">1 to 128 characters of printable ASCII without blanks. With the same key and properties, the server returns the
    /// same upload, so that a call whose answer was lost can be repeated and several programs can share an upload; null to initiate a new one.
    /// Amazon's server ignores it.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The upload's ID.</returns>
    public Task<string> InitiateExternalUploadAsync(
        string vault,
        long partSizeBytes,
        string? description = null,
        long? totalBytes = null,
        string? createKey = null,
        CancellationToken cancellationToken = default) => InitiateAsync(
            vault, partSizeBytes, description, totalBytes, createKey, "external", nameof(InitiateExternalUploadAsync), cancellationToken);

    /// <summary>Reports one part whose bytes are durable elsewhere. A repeated report changes nothing.</summary>
    /// <param name="vault">The vault name.</param>
    /// <param name="uploadId">The ID of an upload from <see cref="InitiateExternalUploadAsync"/>.</param>
    /// <param name="range">The range of the part in the archive: exactly the part size, or less for the last part.</param>
    /// <param name="treeHash">The tree hash of these bytes.</param>
    /// <param name="location">The text that identifies the bytes: 1 to 1,024 characters of printable ASCII, without two blanks in a
    /// row and without blanks at the ends.</param>
    /// <param name="cancellationToken">Cancels the request. The part may still be accepted.</param>
    /// <returns>The location that the upload uses for the part: another one if the same bytes were reported before with it.</returns>
    /// <exception cref="ArgumentException">The location is invalid.</exception>
    public Task<string> ReportPartAsync(
        string vault, string uploadId, ByteRange range, TreeHash treeHash, string location, CancellationToken cancellationToken = default) =>
        RunAsync(
            new WireRequest(HttpMethod.Put, RequestPath.Item(_account, vault, Uploads, uploadId))
                .WithHeader("content-range", $"bytes {range}/*")
                .WithHeader(HeaderNames.TreeHash, treeHash.ToString())
                .WithHeader(HeaderNames.PartLocation, GlacierLimits.CheckLocation(location)),
            static (response, _) => Task.FromResult(ResponseReader.RequireHeader(response, HeaderNames.PartLocation)),
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
            new WireRequest(HttpMethod.Put, RequestPath.Item(_account, vault, Uploads, uploadId)) { Body = body }
                .WithHeader("content-range", $"bytes {new ByteRange(firstByte, firstByte + body.LengthBytes)}/*")
                .WithHeader(HeaderNames.TreeHash, body.TreeHash.ToString()),
            (response, _) =>
            {
                ResponseReader.RequireOwn(response);
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
            new WireRequest(HttpMethod.Delete, RequestPath.Item(_account, vault, Uploads, uploadId)),
            cancellationToken);

    /// <summary>Describes an upload, also after its end for as long as the server keeps its record. A server of Amazon cannot do so.</summary>
    /// <param name="vault">The vault name.</param>
    /// <param name="uploadId">The upload ID.</param>
    /// <param name="wait">How long to wait for the end of the upload: whole seconds, at most 20. The server answers earlier if nothing has
    /// arrived for a minute. Null to answer at once.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="GlacierException">The server does not know the upload.</exception>
    public Task<UploadDescription> DescribeUploadAsync(
        string vault, string uploadId, TimeSpan? wait = null, CancellationToken cancellationToken = default) => RunAsync(
            new WireRequest(HttpMethod.Get, RequestPath.Item(_account, vault, Uploads, uploadId)).WithHeader(
                HeaderNames.UploadStatus, string.Create(CultureInfo.InvariantCulture, $"wait={(long)wait.GetValueOrDefault().TotalSeconds}")),
            static (response, token) => ResponseReader.ReadJsonAsync(response, WireJson.Default.UploadDescription, token),
            cancellationToken);

    /// <summary>Enumerates all parts of an upload, ordered by offset. Pages are requested as needed. Those of an external upload can also be
    /// listed when it is complete.</summary>
    public IAsyncEnumerable<UploadedPart> ListPartsAsync(
        string vault, string uploadId, CancellationToken cancellationToken = default) =>
        ReadPagesAsync(
            RequestPath.Item(_account, vault, Uploads, uploadId),
            WireJson.Default.WirePartList,
            static page => (page.Parts, page.Marker),
            cancellationToken);

    /// <summary>Enumerates the parts of an archive, ordered by offset, with the names of the objects or files that hold them in the store of
    /// the server. Pages are requested as needed.</summary>
    /// <exception cref="GlacierException">The vault has no such archive.</exception>
    public IAsyncEnumerable<UploadedPart> ListArchivePartsAsync(
        string vault, string archiveId, CancellationToken cancellationToken = default) =>
        ReadPagesAsync(
            RequestPath.Item(_account, vault, Uploads, archiveId),
            WireJson.Default.WirePartList,
            static page => (page.Parts, page.Marker),
            cancellationToken,
            idOf: "archive");

    /// <summary>Enumerates all uploads in progress of a vault. Pages are requested as needed.</summary>
    public IAsyncEnumerable<MultipartUpload> ListMultipartUploadsAsync(
        string vault, CancellationToken cancellationToken = default) =>
        ReadPagesAsync(
            $"{RequestPath.Vault(_account, vault)}/{Uploads}",
            WireJson.Default.WireUploadList,
            static page => (page.UploadsList, page.Marker),
            cancellationToken);

    private Task<string> InitiateAsync(
        string vault,
        long partSizeBytes,
        string? description,
        long? totalBytes,
        string? createKey,
        string? storage,
        string operation,
        CancellationToken cancellationToken) =>
        RunAsync(
            new WireRequest(HttpMethod.Post, $"{RequestPath.Vault(_account, vault)}/{Uploads}")
                .WithHeader(HeaderNames.PartSize, partSizeBytes.ToString(CultureInfo.InvariantCulture))
                .WithHeader(HeaderNames.ArchiveDescription, GlacierLimits.CheckDescription(description))
                .WithHeader(HeaderNames.TotalLength, totalBytes?.ToString(CultureInfo.InvariantCulture))
                .WithHeader(HeaderNames.CreateKey, GlacierLimits.CheckCreateKey(createKey))
                .WithHeader(HeaderNames.ByteStorage, storage),
            static (response, _) => Task.FromResult(ResponseReader.RequireHeader(response, HeaderNames.UploadId)),
            cancellationToken,
            operation);

    /// <summary>Reads one page of an upload's parts, which also has the part size.</summary>
    internal Task<WirePartList> ReadPartsPageAsync(
        string vault, string uploadId, string? marker, CancellationToken cancellationToken) =>
        GetAsync(
            RequestPath.Page(RequestPath.Item(_account, vault, Uploads, uploadId), marker),
            WireJson.Default.WirePartList,
            cancellationToken,
            nameof(ListPartsAsync));

    /// <summary>With the given retry policy in place of the client's.</summary>
    internal Task<ArchiveReceipt> CompleteMultipartUploadAsync(
        string vault,
        string uploadId,
        long archiveSizeBytes,
        TreeHash treeHash,
        RetryPolicy retry,
        CancellationToken cancellationToken) =>
        Transport.RunAsync(
            new WireRequest(HttpMethod.Post, RequestPath.Item(_account, vault, Uploads, uploadId))
                .WithHeader(HeaderNames.ArchiveSize, archiveSizeBytes.ToString(CultureInfo.InvariantCulture))
                .WithHeader(HeaderNames.TreeHash, treeHash.ToString()),
            static (response, _) => Task.FromResult(ReadReceipt(response)),
            retry,
            cancellationToken);
}
