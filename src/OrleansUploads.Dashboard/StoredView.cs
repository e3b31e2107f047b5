using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Keys;
using OrleansUploads.Gateway.Glacier;

namespace OrleansUploads.Dashboard;

/// <summary>Shows archives and objects.</summary>
internal static class StoredView
{
    private const int PageSize = 50;

    /// <summary>The number of archives that are looked at for a page of those whose descriptions begin with a text. A vault lists its archives
    /// by ID only.</summary>
    public const int MaxSearched = 20_000;

    /// <summary>Lists a page of the archives of a vault, oldest first: all of them, those whose descriptions begin with a text, or the only one
    /// that the call names. Pages are filled in the order of the inventory, and a page of a search may have few archives.</summary>
    public static async ValueTask<StoredDocument> ListArchivesAsync(DashboardCall call, string vault)
    {
        var archive = call.Query.FirstValue("archive");
        var found = await call.FindVaultAsync(vault, VaultAction.InitiateJob, archive ?? "");
        if (ArchiveOf(archive) is { } named)
        {
            var only = await found.AskAsync(found.Incarnation.ArchiveShard(named), new FindArchive(named));
            return await WithRightsAsync(call, found.Vault.Name, new StoredDocument([ItemOf(only)], After: null));
        }

        var after = ArchiveOf(call.Query.FirstValue("after"));
        var snapshot = await found.AskAsync(found.Vault.Entity, new TakeInventorySnapshot(found.Vault));
        var prefix = call.Query.FirstValue("prefix") ?? "";
        var items = new List<ListedItem>();
        ArchiveEntry? last = null;
        var hasMore = false;
        await foreach (var page in call.Services.Paths.Inventories.ReadAsync(
            snapshot, new InventorySelection(default, prefix.Length == 0 ? PageSize : MaxSearched, after), call.Aborted))
        {
            hasMore = page.HasMore;
            foreach (var entry in page.Archives)
            {
                if (items.Count == PageSize)
                {
                    hasMore = true;
                    break;
                }

                last = entry;
                if (prefix.Length == 0 || entry.Description.OrNull?.StartsWith(prefix, StringComparison.Ordinal) is true)
                {
                    items.Add(ItemOf(entry));
                }
            }

            if (items.Count == PageSize && hasMore)
            {
                break;
            }
        }

        return await WithRightsAsync(call, found.Vault.Name, new StoredDocument(
            [.. items.OrderBy(static item => item.Created)], hasMore ? new PageStart(last!.Archive.ToString()) : null));
    }

    /// <summary>Adds what the key and the policies of the vault permit. The page offers nothing else, and the server checks each
    /// request.</summary>
    private static async ValueTask<StoredDocument> WithRightsAsync(DashboardCall call, VaultName vault, StoredDocument listed) => listed with
    {
        MayRetrieve = await call.MayAsync(vault, VaultAction.GetJobOutput),
        MayDelete = call.Scope.Permits(new KeyAccess(KeyAccessKind.Change, vault.ToString())) && await call.MayAsync(vault, VaultAction.DeleteArchive),
    };

    /// <summary>Lists the objects of a bucket: all of them, or those whose keys begin with a prefix. With a delimiter, keys with the same text
    /// up to the next one are a folder.</summary>
    public static async ValueTask<StoredDocument> ListObjectsAsync(DashboardCall call, string bucket, BucketSums sums)
    {
        var incarnation = (await call.FindBucketAsync(bucket)).Bucket;
        var objects = new KeyIndexId(incarnation, KeyTree.Objects);
        var after = call.Query.FirstValue("after") is { Length: > 0 } key ? KeyPosition.Behind(key) : default(KeyPosition?);
        var page = await call.Services.Paths.KeyLister.ListAsync(
            new KeyListing(objects, call.Query.FirstValue("prefix") ?? "", call.Query.FirstValue("delimiter") ?? "", after, PageSize), call.Aborted);
        return new StoredDocument(
            [.. page.Entries.Select(static entry => new ListedItem(
                entry.Key.ToString(), Description: null, entry.SizeBytes ?? 0, entry.At, entry.ETag?.ToString() ?? ""))],
            page.Next is { } next ? new PageStart(next.Key) : null)
        {
            Folders = page.CommonPrefixes.Count > 0 ? page.CommonPrefixes : null,
            All = await sums.ReadAsync(call, incarnation),
        };
    }

    private static ArchiveId? ArchiveOf(string? text) => text is null ? null
        : ArchiveId.TryParse(text, out var archive) ? archive
        : throw GlacierError.ArchiveNotFound(text);

    private static ListedItem ItemOf(ArchiveEntry entry) => new(
        entry.Archive.ToString(), entry.Description.OrNull, entry.SizeBytes, entry.CreatedAt, entry.TreeHash.ToString());
}

/// <summary>A page of archives or objects.</summary>
/// <param name="Items">The archives, oldest first, or the objects, by key.</param>
/// <param name="After">Where the next page begins, or null on the last page.</param>
internal sealed record StoredDocument(IReadOnlyList<ListedItem> Items, PageStart? After)
{
    /// <summary>The beginnings of keys that are folders of the page, by name, or null if there are none.</summary>
    public IReadOnlyList<string>? Folders { get; init; }

    /// <summary>All objects of the bucket, or null for a vault.</summary>
    public KeySum? All { get; init; }

    /// <summary>Whether the user may retrieve the archives of the page.</summary>
    public bool MayRetrieve { get; init; }

    /// <summary>Whether the user may delete the archives of the page, as far as that does not depend on their age.</summary>
    public bool MayDelete { get; init; }
}

/// <summary>An archive or an object.</summary>
/// <param name="Id">The archive's ID or the object's key.</param>
/// <param name="Description">The archive's description, or null.</param>
/// <param name="Created">When its upload was completed.</param>
/// <param name="Hash">Its tree hash or its ETag.</param>
internal sealed record ListedItem(string Id, string? Description, long Bytes, DateTimeOffset Created, string Hash);
