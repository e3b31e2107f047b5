using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;
using OrleansUploads.Hashing;

namespace OrleansUploads.Client.Transfers;

/// <summary>Uploads archives in parts. Several parts are sent in parallel, no part is held in memory as a whole, and an upload
/// can be resumed after a crash.</summary>
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
    /// <exception cref="ArchiveUploadException">The upload stopped. It can be resumed.</exception>
    /// <exception cref="GlacierException">The upload could not be initiated.</exception>
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
        ServerParts parts;
        try
        {
            parts = await ServerParts.ReadAsync(_client, vault, uploadId, cancellationToken);
        }
        catch (GlacierException failure) when (failure.Code == GlacierErrorCodes.ResourceNotFound)
        {
            // A completed upload has no parts, but the server still returns its archive ID for a complete request.
            var all = new ByteRange(0, source.LengthBytes);
            var treeHash = await RangeReader.HashAsync(source, all, cancellationToken);
            return await _client.CompleteMultipartUploadAsync(
                vault, uploadId, source.LengthBytes, treeHash, _options.CompleteRetry, cancellationToken);
        }

        if (parts.FindPartBeyond(source.LengthBytes) is { } beyond)
        {
            throw new ArchiveUploadException(
                uploadId,
                $"The server has stored bytes {beyond} of this upload, but the source has only {source.LengthBytes} bytes.")
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
            var skip = have.Contains(range, body.TreeHash);
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
                    uploadId, $"Archive {receipt.ArchiveId} has tree hash {theirs}, but the source has {treeHash}.");
        }
        catch (GlacierException refusal) when (refusal.Code == GlacierErrorCodes.InvalidParameterValue)
        {
            // The refusal does not name the wrong part, and there may be thousands. Comparing their hashes finds it.
            if (await FindFirstDifferenceAsync(vault, uploadId, plan, hashes, cancellationToken) is not { } difference)
            {
                throw;
            }

            throw new ArchiveUploadException(
                uploadId, $"{Describe(difference)} The server refused to complete the upload: {refusal.Message}", refusal)
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
            // The caller reports the original refusal without a part.
            return null;
        }
    }

    private static string Describe(PartDifference difference) => difference.Kind switch
    {
        PartDifferenceKind.Missing => $"The server does not have bytes {difference.Range}.",
        PartDifferenceKind.Length => $"The server's part for bytes {difference.Range} has a different length.",
        PartDifferenceKind.Content => $"The server's bytes {difference.Range} differ from the source.",
        PartDifferenceKind.Unexpected => $"The server has bytes {difference.Range}, which the source does not have.",
    };
}
