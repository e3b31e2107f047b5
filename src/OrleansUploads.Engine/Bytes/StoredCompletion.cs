using OrleansUploads.Core.Refusals;

namespace OrleansUploads.Engine.Bytes;

/// <summary>Completes uploads after checking that the part store contains all their parts.</summary>
public static class StoredCompletion
{
    /// <summary>The maximum number of times that the part store is listed for one complete request. Further listings are needed if parts
    /// are reported at the same time.</summary>
    private const int MaxListings = 3;

    /// <summary>Lists the stored parts of an upload, unless the store vouches for them, and lets the upload complete with the listing.
    /// </summary>
    /// <param name="parts">The part store.</param>
    /// <param name="upload">The upload.</param>
    /// <param name="complete">Sends the upload the command with a listing.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    public static async ValueTask<Outcome<CompletedArchive>> RunAsync(
        IPartStore parts,
        UploadId upload,
        Func<IReadOnlyList<ListedAttempt>?, ValueTask<Outcome<CompletedArchive>>> complete,
        CancellationToken cancellationToken)
    {
        for (var listings = 1; ; listings++)
        {
            var outcome = await complete(await parts.ListStoredAsync(upload, cancellationToken));

            // A part that was reported after the listing is missing from it, so list again.
            if (outcome.Refusal is not Refusal.PartLost || listings == MaxListings)
            {
                return outcome;
            }
        }
    }
}
