using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Policies;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Dashboard.Answers;
using OrleansUploads.Gateway.Dashboard.Calls;
using OrleansUploads.Gateway.Dashboard.Documents;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Glacier.Vaults;

namespace OrleansUploads.Gateway.Dashboard.Views;

/// <summary>Shows vaults and buckets, and one vault with its policies.</summary>
internal sealed class ContainerView(
    IEntityHost host, PolicyGate gate, VaultFinder vaults, ServerView server)
{
    private const int PageSize = 25;

    /// <summary>Lists vaults and buckets by page: those of the account, or those that the key is for.</summary>
    public async ValueTask<DashboardAnswer> ListAsync(DashboardCall call)
    {
        var vaultsAfter = call.Query.FirstValue("vaults-after") ?? "";
        var bucketsAfter = call.Query.FirstValue("buckets-after") ?? "";
        var (vaultPage, hasMoreVaults) = call.Scope.Containers is null
            ? await VaultsOfAccountAsync(call, vaultsAfter)
            : PageOf(NamedVaults(call), vaultsAfter, static vault => vault.ToString());
        var listed = new List<ListedVault>();
        foreach (var vault in vaultPage)
        {
            if (await DescribeAsync(call, vault) is { } described)
            {
                listed.Add(described);
            }
        }

        var (bucketPage, hasMoreBuckets) = call.Scope.Containers is null
            ? await BucketsOfAccountAsync(call, bucketsAfter)
            : PageOf(await NamedBucketsAsync(call), bucketsAfter, static bucket => bucket.Bucket.Name.ToString());
        return JsonAnswer.Of(
            new ContainersDocument(
                listed,
                [.. bucketPage.Select(static bucket =>
                    new ListedBucket(bucket.Bucket.Name.ToString(), bucket.CreatedAt.ToUnixTimeMilliseconds()))],
                hasMoreVaults ? vaultPage[^1].ToString() : null,
                hasMoreBuckets ? bucketPage[^1].Bucket.Name.ToString() : null,
                await server.FindHealthAsync(call)),
            DashboardJson.Default.ContainersDocument);
    }

    /// <summary>Shows a vault with its policies.</summary>
    public async ValueTask<DashboardAnswer> GetVaultAsync(DashboardCall call)
    {
        var (found, error) = await vaults.FindAsync(call, VaultAction.DescribeVault);
        if (error is not null)
        {
            return error;
        }

        var asked = await host.AskAsync(found.Vault.Entity, new DescribeVault(found.Vault), call.Aborted);
        if (!asked.TryGet(out var vault, out var refusal))
        {
            return found.Describe(refusal);
        }

        var access = await MayAsync(call, VaultAction.GetVaultAccessPolicy, found.Vault.Name)
            ? await host.AskAsync(found.Vault.Entity, new FindAccessPolicy(found.Vault), call.Aborted)
            : default(Core.Refusals.Outcome<VaultPolicy>?);
        var locked = await MayAsync(call, VaultAction.GetVaultLock, found.Vault.Name)
            ? await host.AskAsync(found.Vault.Entity, new FindLock(found.Vault), call.Aborted)
            : default(Core.Refusals.Outcome<VaultLock>?);
        return JsonAnswer.Of(
            new VaultSettingsDocument(
                found.Vault.Name.ToString(),
                vault.CreatedAt.ToUnixTimeMilliseconds(),
                vault.Archives,
                vault.SizeBytes,
                vault.LastInventoryAt?.ToUnixTimeMilliseconds(),
                access is { } policy && policy.TryGet(out var accessPolicy, out _) ? accessPolicy.Text : null,
                locked is { } state && state.TryGet(out var vaultLock, out _)
                    ? new ShownLock(
                        vaultLock.Policy.Text,
                        vaultLock.CreatedAt.ToUnixTimeMilliseconds(),
                        vaultLock.ExpiresAt?.ToUnixTimeMilliseconds())
                    : null),
            DashboardJson.Default.VaultSettingsDocument);
    }

    private async ValueTask<bool> MayAsync(DashboardCall call, VaultAction action, VaultName vault) =>
        await gate.CheckAsync(call.ToGlacier(action, vault)) is null;

    private async ValueTask<(IReadOnlyList<VaultName> Vaults, bool HasMore)> VaultsOfAccountAsync(DashboardCall call, string after)
    {
        var page = (await host.AskAsync(call.Account.Entity, new ListVaults(after, PageSize), call.Aborted)).Answer;
        return ([.. page.Vaults.Select(static vault => vault.Name)], page.HasMore);
    }

    private async ValueTask<(IReadOnlyList<BucketDescription> Buckets, bool HasMore)> BucketsOfAccountAsync(
        DashboardCall call, string after)
    {
        var page = (await host.AskAsync(call.Account.Entity, new ListBuckets(after, PageSize), call.Aborted)).Answer;
        return (page.Buckets, page.HasMore);
    }

    private static List<VaultName> NamedVaults(DashboardCall call)
    {
        var names = new List<VaultName>();
        foreach (var container in call.Scope.Containers!.Distinct().Order(StringComparer.Ordinal))
        {
            if (VaultName.TryParse(container, out var name))
            {
                names.Add(name);
            }
        }

        return names;
    }

    private async ValueTask<List<BucketDescription>> NamedBucketsAsync(DashboardCall call)
    {
        var buckets = new List<BucketDescription>();
        foreach (var container in call.Scope.Containers!.Distinct().Order(StringComparer.Ordinal))
        {
            if (BucketName.TryParse(container, out var name)
                && (await host.AskAsync(name.Entity, new FindBucket(name), call.Aborted)).TryGet(out var bucket, out _)
                && bucket.Owner == call.Account)
            {
                buckets.Add(bucket);
            }
        }

        return buckets;
    }

    private static (IReadOnlyList<T> Page, bool HasMore) PageOf<T>(IReadOnlyList<T> all, string after, Func<T, string> nameOf)
    {
        T[] left = [.. all.Where(item => string.CompareOrdinal(nameOf(item), after) > 0)];
        return (left.Length > PageSize ? left[..PageSize] : left, left.Length > PageSize);
    }

    /// <summary>Describes a vault, or returns null if it does not exist, or if its policies forbid it.</summary>
    private async ValueTask<ListedVault?> DescribeAsync(DashboardCall call, VaultName name)
    {
        var vault = new VaultId(call.Account, name);
        if (!call.Scope.Permits(new KeyAccess(KeyAccessKind.Look, name.ToString()))
            || !await MayAsync(call, VaultAction.DescribeVault, name)
            || !(await host.AskAsync(vault.Entity, new DescribeVault(vault), call.Aborted)).TryGet(out var described, out _)
            || !(await host.AskAsync(vault.Entity, new FindUploadPages(vault, ""), call.Aborted)).TryGet(out var pages, out _))
        {
            return null;
        }

        return new ListedVault(
            name.ToString(),
            described.CreatedAt.ToUnixTimeMilliseconds(),
            described.Archives,
            described.SizeBytes,
            pages.Pages.Sum(static page => page.Uploads));
    }
}
