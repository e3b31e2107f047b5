using System.Security.Cryptography;
using OrleansUploads.Client.Sources;

namespace OrleansUploads.Client.Transfers;

/// <summary>Uploads archives in parts. Several parts are sent in parallel, each worker holds at most 16 MiB in memory, and an
/// upload can be resumed after a crash.</summary>
/// <remarks>
/// <code>
/// using var file = ByteSource.FromFile("backup.tar");
/// var receipt = await new ArchiveUpload(client).UploadAsync("vault", file, "backup of May");
/// </code>
/// </remarks>
public sealed class ArchiveUpload
{
    /// <summary>The largest part of a stream: 1 GiB.</summary>
    public const int MaxStreamPartSizeBytes = StreamParts.MaxPartSizeBytes;

    private const int CreateKeyBytes = 16;

    private readonly GlacierClient _client;
    private readonly ArchiveUploadOptions _options;

    /// <summary>Creates an upload that uses a client.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number of workers is less than 1.</exception>
    public ArchiveUpload(GlacierClient client, ArchiveUploadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        _client = client;
        _options = options ?? new ArchiveUploadOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Workers, 1, nameof(options));
    }

    /// <summary>Uploads a source as a new archive.</summary>
    /// <param name="vault">The vault name.</param>
    /// <param name="source">The archive's bytes, at least one. They must not change during the upload.</param>
    /// <param name="description">At most 1,024 characters of printable ASCII, or null for none.</param>
    /// <param name="cancellationToken">Stops the upload. It can be resumed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The source is empty, or too large for parts of the size in the options.</exception>
    /// <exception cref="ArchiveUploadException">The upload stopped. It can be resumed.</exception>
    /// <exception cref="GlacierException">The upload could not be initiated.</exception>
    public async Task<ArchiveReceipt> UploadAsync(
        string vault, ByteSource source, string? description = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.LengthBytes == 0)
        {
            throw new ArgumentOutOfRangeException(nameof(source), "The source is empty. An archive must have at least one byte.");
        }

        var plan = _options.PartSizeBytes is { } partSizeBytes
            ? PartPlan.Of(source.LengthBytes, partSizeBytes)
            : PartPlan.Smallest(source.LengthBytes);
        var uploadId = await _client.InitiateMultipartUploadAsync(
            vault, plan.PartSizeBytes, description, plan.SizeBytes, NewCreateKey(), cancellationToken).ConfigureAwait(false);
        return await RunAsync(vault, uploadId, source, plan, ServerParts.None, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Uploads a stream of unknown length as a new archive. Parts are read into memory, so that they can be hashed and sent
    /// again.</summary>
    /// <param name="vault">The vault name.</param>
    /// <param name="stream">The archive's bytes, at least one and at most 10,000 parts. Needs no seeking.</param>
    /// <param name="partSizeBytes">1 MiB times a power of two, at most 1 GiB. Each worker needs this much memory.</param>
    /// <param name="description">At most 1,024 characters of printable ASCII, or null for none.</param>
    /// <param name="cancellationToken">Stops the upload. It can be resumed with the same bytes.</param>
    /// <exception cref="EndOfStreamException">The stream is empty.</exception>
    /// <exception cref="ArchiveUploadException">The upload stopped. It can be resumed with the same bytes.</exception>
    /// <exception cref="GlacierException">The upload could not be initiated.</exception>
    public async Task<ArchiveReceipt> UploadStreamAsync(
        string vault,
        Stream stream,
        int partSizeBytes,
        string? description = null,
        CancellationToken cancellationToken = default)
    {
        var parts = new StreamParts(stream, partSizeBytes);
        if (!await parts.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            throw EmptyStream();
        }

        var uploadId = await _client.InitiateMultipartUploadAsync(
            vault, partSizeBytes, description, totalBytes: null, NewCreateKey(), cancellationToken).ConfigureAwait(false);
        return await RunStreamAsync(vault, uploadId, parts, ServerParts.None, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The server returns the same upload when the request is sent again after a lost answer, so none is left open.</summary>
    private static string NewCreateKey() => RandomNumberGenerator.GetHexString(2 * CreateKeyBytes, lowercase: true);

    /// <summary>Resumes an upload that stopped. Parts that the server has already stored with the source's tree hash are not
    /// sent again. If the upload was completed but the response was lost, this method returns the receipt.</summary>
    /// <param name="vault">The vault name.</param>
    /// <param name="uploadId">The upload ID.</param>
    /// <param name="source">The same bytes as in the first run.</param>
    /// <param name="cancellationToken">Stops the upload. It can be resumed.</param>
    /// <exception cref="ArchiveUploadException">The upload stopped again, or the source does not match the upload.</exception>
    /// <exception cref="GlacierException">The upload does not exist, or the server could not be reached.</exception>
    public async Task<ArchiveReceipt> ResumeAsync(
        string vault, string uploadId, ByteSource source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (await ServerParts.FindAsync(_client, vault, uploadId, cancellationToken).ConfigureAwait(false) is not { } parts)
        {
            var treeHash = await source.ReadTreeHashAsync(cancellationToken).ConfigureAwait(false);
            return await _client.CompleteMultipartUploadAsync(
                vault, uploadId, source.LengthBytes, treeHash, _options.CompleteRetry, cancellationToken).ConfigureAwait(false);
        }

        return await RunAsync(vault, uploadId, source, parts.Divide(uploadId, source.LengthBytes), parts, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Resumes an upload of a stream. The stream is read from its beginning, and parts that the server has already stored
    /// are compared and not sent again. If the upload was completed but the response was lost, this method returns the receipt.</summary>
    /// <param name="vault">The vault name.</param>
    /// <param name="uploadId">The upload ID.</param>
    /// <param name="stream">The same bytes as in the first run.</param>
    /// <param name="cancellationToken">Stops the upload. It can be resumed.</param>
    /// <exception cref="ArchiveUploadException">The upload stopped again, or the stream does not match the upload.</exception>
    /// <exception cref="GlacierException">The upload does not exist, or the server could not be reached.</exception>
    public async Task<ArchiveReceipt> ResumeStreamAsync(
        string vault, string uploadId, Stream stream, CancellationToken cancellationToken = default)
    {
        if (await ServerParts.FindAsync(_client, vault, uploadId, cancellationToken).ConfigureAwait(false) is not { } have)
        {
            using var hash = new TreeHashBuilder();
            var lengthBytes = await hash.AppendAsync(stream, cancellationToken).ConfigureAwait(false);
            return await _client.CompleteMultipartUploadAsync(
                vault, uploadId, lengthBytes, hash.Finish(), _options.CompleteRetry, cancellationToken).ConfigureAwait(false);
        }

        if (have.PartSizeBytes > StreamParts.MaxPartSizeBytes)
        {
            throw Refused(
                uploadId,
                new NotSupportedException(
                    $"The upload has parts of {have.PartSizeBytes} bytes. A stream is read in parts of at most "
                    + $"{StreamParts.MaxPartSizeBytes} bytes, so resume it from a file."));
        }

        var parts = new StreamParts(stream, (int)have.PartSizeBytes);
        return await parts.ReadAsync(cancellationToken).ConfigureAwait(false)
            ? await RunStreamAsync(vault, uploadId, parts, have, cancellationToken).ConfigureAwait(false)
            : throw Refused(uploadId, EmptyStream());
    }

    private async Task<ArchiveReceipt> RunAsync(
        string vault, string uploadId, ByteSource source, PartPlan plan, ServerParts have, CancellationToken cancellationToken)
    {
        var upload = Open(vault, uploadId, have, plan.SizeBytes, plan.PartCount);
        try
        {
            var hashes = await upload.SendAsync(source, plan, cancellationToken).ConfigureAwait(false);
            source.RequireUnchanged();
            return await upload.CompleteAsync(plan, hashes, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is GlacierException or IOException)
        {
            throw Stopped(
                uploadId, $"with {upload.PartsDone} of {plan.PartCount} parts done", FindChange(source, failure) ?? failure);
        }
    }

    private async Task<ArchiveReceipt> RunStreamAsync(
        string vault, string uploadId, StreamParts parts, ServerParts have, CancellationToken cancellationToken)
    {
        var upload = Open(vault, uploadId, have, sizeBytes: 0, partCount: 0);
        try
        {
            var hashes = await upload.SendAsync(parts, cancellationToken).ConfigureAwait(false);
            return await upload.CompleteAsync(PartPlan.Of(parts.LengthBytes, parts.PartSizeBytes), hashes, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is GlacierException or IOException)
        {
            throw Stopped(uploadId, $"with {upload.PartsDone} parts done", failure);
        }
    }

    /// <summary>Reports that an upload is in progress. The size and the number of parts are 0 if they are not known.</summary>
    private OpenUpload Open(string vault, string uploadId, ServerParts have, long sizeBytes, int partCount)
    {
        var begun = new UploadProgress(uploadId, sizeBytes, SentBytes: 0, SkippedBytes: 0, partCount, PartsDone: 0);
        _options.OnProgress?.Invoke(begun);
        return new OpenUpload(_client, _options, vault, have, begun);
    }

    /// <summary>A server refuses a part whose bytes have changed between hashing and sending, as a wrong hash or signature. The change is
    /// the cause then.</summary>
    private static IOException? FindChange(ByteSource source, Exception failure)
    {
        if (failure is not GlacierException { Code: GlacierErrorCodes.InvalidParameterValue or GlacierErrorCodes.InvalidSignature })
        {
            return null;
        }

        try
        {
            source.RequireUnchanged();
            return null;
        }
        catch (IOException change)
        {
            return change;
        }
    }

    private static EndOfStreamException EmptyStream() => new("The stream is empty. An archive must have at least one byte.");

    /// <summary>The stream cannot be the upload's. The upload was not changed.</summary>
    private static ArchiveUploadException Refused(string uploadId, Exception reason) => new(uploadId, reason.Message, reason);

    private static ArchiveUploadException Stopped(string uploadId, string where, Exception failure) =>
        new(uploadId, $"The upload stopped {where}: {failure.Message}", failure);
}
