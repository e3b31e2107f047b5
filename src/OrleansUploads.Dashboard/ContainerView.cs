using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Keys;
using OrleansUploads.Gateway.S3;

namespace OrleansUploads.Dashboard;

/// <summary>Shows vaults and buckets, and one vault with its policies.</summary>
internal static class ContainerView
{
    private const int PageSize = 25;

    /// <summary>Lists a page of the vaults and buckets that the key may use, with their uploads in progress.</summary>
    public static async ValueTask<ContainersDocument> ListAsync(DashboardCall call, ServerView server, BucketSums sums)
    {
        var uploads = new UploadsInProgress();
        var (vaults, hasMoreVaults) = await VaultsAsync(call, call.Query.FirstValue("vaults-after") ?? "");
        var listed = new List<ListedVault>();
        foreach (var vault in vaults)
        {
            if (await DescribeAsync(call, vault) is { } described)
            {
                listed.Add(described with { Uploads = await uploads.AddAsync(call, vault) });
            }
        }

        var (buckets, hasMoreBuckets) = await BucketsAsync(call, call.Query.FirstValue("buckets-after") ?? "");
        var listedBuckets = new List<ListedBucket>();
        foreach (var bucket in buckets)
        {
            listedBuckets.Add(new ListedBucket(
                bucket.Bucket.Name.ToString(),
                bucket.CreatedAt,
                await uploads.AddAsync(call, bucket.Bucket),
                await sums.ReadAsync(call, bucket.Bucket)));
        }

        return new ContainersDocument(
            listed,
            listedBuckets,
            hasMoreVaults ? vaults[^1].ToString() : null,
            hasMoreBuckets ? buckets[^1].Bucket.Name.ToString() : null,
            await uploads.ShowNewestAsync(),
            await uploads.ShowStaleAsync(call.Services.Time.GetUtcNow()),
            await server.FindAsync(call));
    }

    /// <summary>Creates a vault. If it exists, it is left unchanged.</summary>
    public static async ValueTask CreateVaultAsync(DashboardCall call, string name)
    {
        var vault = call.RequestNewVault(name);
        await vault.AskAsync(call.Account.Entity, new CreateVault(vault.Vault));
    }

    /// <summary>Creates a bucket. If the account has it already, it is left unchanged.</summary>
    public static async ValueTask CreateBucketAsync(DashboardCall call, string name)
    {
        var bucket = call.RequestBucket(name);
        await bucket.AskAsync(call.Account.Entity, new CreateBucket(call.Account, S3Call.RequireName(name)));
    }

    /// <summary>Shows a vault with its policies, as far as the key may read them.</summary>
    public static async ValueTask<VaultSettingsDocument> GetVaultAsync(DashboardCall call, string name)
    {
        var found = await call.FindVaultAsync(name, VaultAction.DescribeVault);
        var id = found.Vault;
        var vault = await found.AskAsync(id.Entity, new DescribeVault(id));
        var access = await FindAsync(call, id, VaultAction.GetVaultAccessPolicy, new FindAccessPolicy(id));
        var locked = await FindAsync(call, id, VaultAction.GetVaultLock, new FindLock(id));
        return new VaultSettingsDocument(
            id.Name.ToString(),
            vault.CreatedAt,
            vault.Archives,
            vault.SizeBytes,
            vault.LastInventoryAt,
            access?.Text,
            locked is null ? null : new ShownLock(locked.Policy.Text, locked.CreatedAt, locked.ExpiresAt));
    }

    private static async ValueTask<(IReadOnlyList<VaultName> Vaults, bool HasMore)> VaultsAsync(DashboardCall call, string after)
    {
        if (call.Scope.Containers is null)
        {
            var page = (await call.Services.Host.AskAsync(call.Account.Entity, new ListVaults(after, PageSize), call.Aborted)).Answer;
            return ([.. page.Vaults.Select(static vault => vault.Name)], page.HasMore);
        }

        return PageOf([.. NamesAfter(call, after).SelectMany(static name =>
            VaultName.TryParse(name, out var vault) ? (VaultName[])[vault] : [])]);
    }

    private static async ValueTask<(IReadOnlyList<BucketDescription> Buckets, bool HasMore)> BucketsAsync(DashboardCall call, string after)
    {
        if (call.Scope.Containers is null)
        {
            var page = (await call.Services.Host.AskAsync(call.Account.Entity, new ListBuckets(after, PageSize), call.Aborted)).Answer;
            return (page.Buckets, page.HasMore);
        }

        var buckets = new List<BucketDescription>();
        foreach (var container in NamesAfter(call, after))
        {
            if (BucketName.TryParse(container, out var name)
                && (await call.Services.Host.AskAsync(name.Entity, new FindBucket(name), call.Aborted)).TryGet(out var bucket, out _)
                && bucket.Owner == call.Account)
            {
                buckets.Add(bucket);
            }
        }

        return PageOf(buckets);
    }

    /// <summary>The vaults and buckets that the key is for, by name.</summary>
    private static IEnumerable<string> NamesAfter(DashboardCall call, string after) => call.Scope.Containers!.Distinct()
        .Where(name => string.CompareOrdinal(name, after) > 0).Order(StringComparer.Ordinal);

    private static (IReadOnlyList<T> Page, bool HasMore) PageOf<T>(List<T> left) =>
        (left.Count > PageSize ? left[..PageSize] : left, left.Count > PageSize);

    /// <summary>Describes a vault, or returns null if it does not exist, or if its policies forbid it.</summary>
    private static async ValueTask<ListedVault?> DescribeAsync(DashboardCall call, VaultName name)
    {
        var vault = new VaultId(call.Account, name);
        return call.Scope.Permits(new KeyAccess(KeyAccessKind.Look, name.ToString()))
            && await FindAsync(call, vault, VaultAction.DescribeVault, new DescribeVault(vault)) is { } described
                ? new ListedVault(name.ToString(), described.CreatedAt, described.Archives, described.SizeBytes)
                : null;
    }

    /// <summary>Asks a vault, or returns null if its policies forbid that, or if it has no such thing.</summary>
    private static async ValueTask<TAnswer?> FindAsync<TAnswer>(
        DashboardCall call, VaultId vault, VaultAction action, ICommand<TAnswer> question)
        where TAnswer : class, IAnswer =>
        await call.MayAsync(vault.Name, action)
        && (await call.Services.Host.AskAsync(vault.Entity, question, call.Aborted)).TryGet(out var answer, out _)
            ? answer
            : null;
}

/// <summary>Vaults and buckets.</summary>
/// <param name="Vaults">The vaults, by name.</param>
/// <param name="Buckets">The buckets, by name.</param>
/// <param name="VaultsAfter">The name after which the next page of vaults begins, or null on the last page.</param>
/// <param name="BucketsAfter">The name after which the next page of buckets begins, or null on the last page.</param>
/// <param name="Newest">The newest uploads in progress.</param>
/// <param name="Stale">Uploads to which nothing has been sent for long.</param>
/// <param name="Server">The server, or null if the key may not see it.</param>
internal sealed record ContainersDocument(
    IReadOnlyList<ListedVault> Vaults,
    IReadOnlyList<ListedBucket> Buckets,
    string? VaultsAfter,
    string? BucketsAfter,
    IReadOnlyList<ShownUpload> Newest,
    IReadOnlyList<ShownUpload> Stale,
    ServerDocument? Server);

/// <summary>A vault.</summary>
/// <param name="Archives">Number of archives.</param>
/// <param name="Uploads">The uploads in progress, or null if the user may not list them.</param>
internal sealed record ListedVault(string Name, DateTimeOffset Created, long Archives, long Bytes, UploadCount? Uploads = null);

/// <summary>A bucket.</summary>
/// <param name="Uploads">The uploads in progress.</param>
internal sealed record ListedBucket(string Name, DateTimeOffset Created, UploadCount Uploads, KeySum Objects);

/// <summary>A vault with its policies.</summary>
/// <param name="Archives">Number of archives.</param>
/// <param name="LastInventory">When an archive was last added or deleted, or null.</param>
/// <param name="AccessPolicy">The access policy as it was set. Null if the vault has none or the key may not read it.</param>
/// <param name="Lock">The lock, or null.</param>
internal sealed record VaultSettingsDocument(
    string Name,
    DateTimeOffset Created,
    long Archives,
    long Bytes,
    DateTimeOffset? LastInventory,
    string? AccessPolicy,
    ShownLock? Lock);

/// <summary>A vault lock.</summary>
/// <param name="Policy">The policy as it was sent.</param>
/// <param name="Created">When the lock was initiated.</param>
/// <param name="Expires">When it expires unless it is completed, or null if it is.</param>
internal sealed record ShownLock(string Policy, DateTimeOffset Created, DateTimeOffset? Expires);
