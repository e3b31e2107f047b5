using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;
using OrleansUploads.Core.Hashing;

namespace OrleansUploads.Client.Transfers;

/// <summary>Uploads archives in parts: several at a time, without holding one in memory, and able to go on after a crash.</summary>
/// <remarks>
/// <code>
/// using var file = ByteSource.FromFile("backup.tar");
/// var receipt = await new ArchiveUpload(client).UploadAsync("vault", file, "backup of May");
/// </code>
/// </remarks>
public sealed class ArchiveUpload
{
    private readonly GlacierClient _client;
    private readonly ArchiveUploadOptions _options;

    /// <summary>Makes an upload by this client.</summary>
    public ArchiveUpload(GlacierClient client, ArchiveUploadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        _client = client;
        _options = options ?? new ArchiveUploadOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Workers, 1, nameof(options));
    }

    /// <summary>Uploads a source as a new archive.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="source">At least one byte; not to be changed meanwhile.</param>
    /// <param name="description">At most 1,024 characters of printable ASCII; null for none.</param>
    /// <param name="cancellationToken">Stops; the upload can be resumed.</param>
    /// <exception cref="ArchiveUploadException">It stopped, and can be resumed.</exception>
    /// <exception cref="GlacierException">It could not begin.</exception>
    public async Task<ArchiveReceipt> UploadAsync(
        string vault, ByteSource source, string? description = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var plan = _options.PartSizeBytes is { } partSizeBytes
            ? PartPlan.Of(source.LengthBytes, partSizeBytes)
            : PartPlan.Smallest(source.LengthBytes);
        var uploadId = await _client.InitiateMultipartUploadAsync(vault, plan.PartSizeBytes, description, cancellationToken);
        return await RunAsync(vault, uploadId, source, plan, ServerParts.None, cancellationToken);
    }

    /// <summary>Goes on with an upload that stopped. Parts that the server has with the source's tree hash are not sent
    /// again. An upload that was completed, though the answer was lost, gives its receipt.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="uploadId">The upload.</param>
    /// <param name="source">The same bytes as before.</param>
    /// <param name="cancellationToken">Stops; the upload can be resumed.</param>
    /// <exception cref="ArchiveUploadException">It stopped again, or the source is not the one of this upload.</exception>
    /// <exception cref="GlacierException">There is no such upload, or the server could not be asked.</exception>
    public async Task<ArchiveReceipt> ResumeAsync(
        string vault, string uploadId, ByteSource source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ServerParts parts;
        try
        {
            parts = await ServerParts.ReadAsync(_client, vault, uploadId, cancellationToken);
        }
        catch (GlacierException failure) when (failure.Code == GlacierErrorCodes.ResourceNotFound)
        {
            // A completed upload has no parts any more, but still answers a complete.
            var all = new ByteRange(0, source.LengthBytes);
            var treeHash = await RangeReader.HashAsync(source, all, cancellationToken);
            return await _client.CompleteMultipartUploadAsync(
                vault, uploadId, source.LengthBytes, treeHash, _options.CompleteRetry, cancellationToken);
        }

        if (parts.FindBehind(source.LengthBytes) is { } beyond)
        {
            throw new ArchiveUploadException(
                uploadId, $"The server has bytes {beyond} of this upload, the source only {source.LengthBytes} bytes.")
            {
                FirstDifference = new PartDifference(PartDifferenceKind.Unexpected, beyond),
            };
        }

        var plan = PartPlan.Of(source.LengthBytes, parts.PartSizeBytes);
        return await RunAsync(vault, uploadId, source, plan, parts, cancellationToken);
    }

    private async Task<ArchiveReceipt> RunAsync(
        string vault, string uploadId, ByteSource source, PartPlan plan, ServerParts have, CancellationToken cancellationToken)
    {
        var progress = new UploadProgressReporter(uploadId, plan, _options.OnProgress);
        try
        {
            var hashes = await SendMissingAsync(vault, uploadId, source, plan, have, progress, cancellationToken);
            return await CompleteAsync(vault, uploadId, plan, hashes, cancellationToken);
        }
        catch (Exception failure) when (failure is GlacierException or IOException)
        {
            var done = progress.Current.PartsDone;
            throw new ArchiveUploadException(
                uploadId, $"The upload stopped with {done} of {plan.PartCount} parts done: {failure.Message}", failure);
        }
    }

    private async Task<TreeHash[]> SendMissingAsync(
        string vault,
        string uploadId,
        ByteSource source,
        PartPlan plan,
        ServerParts have,
        UploadProgressReporter progress,
        CancellationToken cancellationToken)
    {
        var hashes = new TreeHash[plan.PartCount];
        var workers = new ParallelOptions
        {
            MaxDegreeOfParallelism = _options.Workers,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForAsync(0, plan.PartCount, workers, async (part, token) =>
        {
            var range = plan.RangeOf(part);
            var body = await HashedBody.ReadAsync(source, range, token);
            hashes[part] = body.TreeHash;
            var skip = have.Has(range, body.TreeHash);
            if (!skip)
            {
                await _client.UploadPartAsync(vault, uploadId, range.Start, body, token);
            }

            progress.PartDone(range.LengthBytes, skip);
        });
        return hashes;
    }

    private async Task<ArchiveReceipt> CompleteAsync(
        string vault, string uploadId, PartPlan plan, TreeHash[] hashes, CancellationToken cancellationToken)
    {
        var treeHash = TreeHasher.Combine(hashes);
        try
        {
            var receipt = await _client.CompleteMultipartUploadAsync(
                vault, uploadId, plan.SizeBytes, treeHash, _options.CompleteRetry, cancellationToken);
            return receipt.TreeHash is not { } theirs || theirs == treeHash
                ? receipt
                : throw new ArchiveUploadException(
                    uploadId, $"Archive {receipt.ArchiveId} has tree hash {theirs}, the source has {treeHash}.");
        }
        catch (GlacierException refusal) when (refusal.Code == GlacierErrorCodes.InvalidParameterValue)
        {
            // The refusal does not say which of perhaps thousands of parts is to blame; their hashes do.
            if (await FindFirstDifferenceAsync(vault, uploadId, plan, hashes, cancellationToken) is not { } difference)
            {
                throw;
            }

            throw new ArchiveUploadException(
                uploadId, $"{Describe(difference)} The server refused to complete: {refusal.Message}", refusal)
            {
                FirstDifference = difference,
            };
        }
    }

    private async Task<PartDifference?> FindFirstDifferenceAsync(
        string vault, string uploadId, PartPlan plan, TreeHash[] hashes, CancellationToken cancellationToken)
    {
        try
        {
            var theirs = await ServerParts.ReadAsync(_client, vault, uploadId, cancellationToken);
            return theirs.FindFirstDifference(plan, hashes);
        }
        catch (GlacierException)
        {
            // Then there is nothing to add to the refusal, which is what the caller must hear.
            return null;
        }
    }

    private static string Describe(PartDifference difference) => difference.Kind switch
    {
        PartDifferenceKind.Missing => $"The server has not got bytes {difference.Range}.",
        PartDifferenceKind.Length => $"The server's part at bytes {difference.Range} has another length.",
        PartDifferenceKind.Content => $"The server's bytes {difference.Range} are not those of the source.",
        PartDifferenceKind.Unexpected => $"The server has bytes {difference.Range}, which the source has not.",
    };
}
