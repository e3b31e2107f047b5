namespace OrleansUploads.Client.Transfers;

/// <summary>Completes an upload, and finds out which part is wrong if the server refuses.</summary>
internal sealed class UploadCompletion(GlacierClient client, string vault, string uploadId, RetryPolicy retry)
{
    /// <exception cref="ArchiveUploadException">A part on the server differs from the source, or the archive does.</exception>
    public async Task<ArchiveReceipt> CompleteAsync(
        PartPlan plan, TreeHash[] hashes, CancellationToken cancellationToken)
    {
        var treeHash = TreeHasher.Combine(hashes);
        try
        {
            var receipt = await client.CompleteMultipartUploadAsync(
                vault, uploadId, plan.SizeBytes, treeHash, retry, cancellationToken);
            return receipt.TreeHash is not { } theirs || theirs == treeHash
                ? receipt
                : throw new ArchiveUploadException(
                    uploadId, $"Archive {receipt.ArchiveId} has tree hash {theirs}, but the source has {treeHash}.");
        }
        catch (GlacierException refusal) when (refusal.Code == GlacierErrorCodes.InvalidParameterValue)
        {
            // The refusal does not name the wrong part, and there may be thousands. Comparing their hashes finds it.
            if (await FindFirstDifferenceAsync(plan, hashes, cancellationToken) is not { } difference)
            {
                throw;
            }

            throw new ArchiveUploadException(
                uploadId,
                $"{difference.Describe()} The server refused to complete the upload: {refusal.Message}",
                refusal)
            {
                FirstDifference = difference,
            };
        }
    }

    private async Task<PartDifference?> FindFirstDifferenceAsync(
        PartPlan plan, TreeHash[] hashes, CancellationToken cancellationToken)
    {
        try
        {
            var theirs = await ServerParts.ReadAsync(client, vault, uploadId, cancellationToken);
            return theirs.FindFirstDifference(plan, hashes);
        }
        catch (GlacierException)
        {
            // The caller reports the original refusal without a part.
            return null;
        }
    }
}
