using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Policies;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Keys;
using OrleansUploads.Gateway.Dashboard.Answers;
using OrleansUploads.Gateway.Dashboard.Calls;
using OrleansUploads.Gateway.Dashboard.Documents;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.S3.Protocol;

namespace OrleansUploads.Gateway.Dashboard.Views;

/// <summary>Shows archives and objects.</summary>
internal sealed class StoredView(
    IEntityHost host, VaultFinder vaults, InventoryReader inventories, BucketFinder buckets, KeyLister lister)
{
    private const int PageSize = 50;

    /// <summary>Lists a page of the archives of a vault, oldest first, or the only one that the call names. Pages are filled in the order of
    /// the inventory.</summary>
    public async ValueTask<DashboardAnswer> ListArchivesAsync(DashboardCall call)
    {
        var (vault, error) = await vaults.FindAsync(call, VaultAction.InitiateJob);
        if (error is not null)
        {
            return error;
        }

        if (call.Query.FirstValue("archive") is { } named)
        {
            if (!ArchiveId.TryParse(named, out var only))
            {
                return GlacierError.ArchiveNotFound(named);
            }

            var shard = vault.Incarnation.ArchiveShard(only);
            var found = await host.AskAsync(shard, new FindArchive(only), call.Aborted);
            return found.TryGet(out var entry, out var missing)
                ? JsonAnswer.Of(new StoredDocument([ItemOf(entry)], After: null), DashboardJson.Default.StoredDocument)
                : vault.Describe(missing);
        }

        var after = call.Query.FirstValue("after");
        var begun = default(ArchiveId?);
        if (after is not null)
        {
            if (!ArchiveId.TryParse(after, out var last))
            {
                return GlacierError.ArchiveNotFound(after);
            }

            begun = last;
        }

        var taken = await host.AskAsync(vault.Vault.Entity, new TakeInventorySnapshot(vault.Vault), call.Aborted);
        if (!taken.TryGet(out var snapshot, out var refusal))
        {
            return vault.Describe(refusal);
        }

        var items = new List<StoredItem>();
        var hasMore = false;
        await foreach (var page in inventories.ReadAsync(snapshot, new InventorySelection(default, PageSize, begun), call.Aborted))
        {
            items.AddRange(page.Archives.Select(ItemOf));
            hasMore = page.HasMore;
        }

        return JsonAnswer.Of(
            new StoredDocument([.. items.OrderBy(static item => item.Created)], hasMore ? new PageStart(items[^1].Id) : null),
            DashboardJson.Default.StoredDocument);
    }

    /// <summary>Lists the objects of a bucket: all of them, or those whose keys begin with a prefix.</summary>
    public async ValueTask<DashboardAnswer> ListObjectsAsync(DashboardCall call)
    {
        var (bucket, error) = await buckets.FindAsync(call.ToS3());
        if (bucket is null)
        {
            return error!;
        }

        var after = call.Query.FirstValue("after") is { Length: > 0 } key ? KeyPosition.Behind(key) : default(KeyPosition?);
        var page = await lister.ListAsync(
            new KeyListing(
                new KeyIndexId(bucket.Bucket, KeyTree.Objects), call.Query.FirstValue("prefix") ?? "", "", after, PageSize),
            call.Aborted);
        return JsonAnswer.Of(
            new StoredDocument(
                [.. page.Entries.Select(static entry => new StoredItem(
                    entry.Key.ToString(),
                    Description: null,
                    entry.SizeBytes ?? 0,
                    entry.At.ToUnixTimeMilliseconds(),
                    entry.ETag?.ToString() ?? ""))],
                page.Next is { } next ? new PageStart(next.Key) : null),
            DashboardJson.Default.StoredDocument);
    }

    private static StoredItem ItemOf(ArchiveEntry entry) => new(
        entry.Archive.ToString(),
        entry.Description.OrNull,
        entry.SizeBytes,
        entry.CreatedAt.ToUnixTimeMilliseconds(),
        entry.TreeHash.ToString());
}
