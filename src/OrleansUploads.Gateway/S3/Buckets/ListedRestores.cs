using System.Collections.Concurrent;
using System.Collections.Frozen;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Keys;
using OrleansUploads.Gateway.S3.Protocol;

namespace OrleansUploads.Gateway.S3.Buckets;

/// <summary>The restores of the archived objects in a page of a listing. The index does not know them, so each archived object is
/// asked, and only if the client wants to know.</summary>
internal sealed class ListedRestores(IEntityHost host)
{
    private const string Attribute = "RestoreStatus";
    private const int MaxConcurrentQuestions = 16;

    /// <summary>Finds the restores, by upload.</summary>
    public async ValueTask<IReadOnlyDictionary<UploadId, RestoreStatus>> FindAsync(
        S3Call call, BucketIncarnation bucket, KeyPage page)
    {
        var wanted = (call.Header(S3Headers.OptionalObjectAttributes) ?? "").Split(',', StringSplitOptions.TrimEntries);
        if (!wanted.Contains(Attribute))
        {
            return FrozenDictionary<UploadId, RestoreStatus>.Empty;
        }

        var found = new ConcurrentDictionary<UploadId, RestoreStatus>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = MaxConcurrentQuestions, CancellationToken = call.Aborted };
        var archived = page.Entries.Where(entry => entry.StorageClass.NeedsRestore());
        await Parallel.ForEachAsync(archived, options, async (entry, cancellationToken) =>
        {
            // An object that was replaced since the page was read has no restore.
            var described = await host.AskAsync(
                entry.Upload.Entity, new DescribeObject(new ObjectName(bucket, entry.Key)), cancellationToken);
            if (described.TryGet(out var description, out _) && description.Restore is { } restore)
            {
                found[entry.Upload] = restore;
            }
        });
        return found;
    }
}
