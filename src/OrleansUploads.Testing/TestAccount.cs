using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Values;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Keys;
using OrleansUploads.Gateway.Http.Credentials;

namespace OrleansUploads.Testing;

/// <summary>The account of a test, whose entities are asked in this process.</summary>
internal sealed class TestAccount(IEntityHost host, KeyLister lister)
{
    private const int PageSize = 1000;

    private static readonly AccountId Account = KeyPair.DefaultAccountId;

    /// <exception cref="ArgumentException">S3 does not permit the name.</exception>
    public async Task CreateBucketAsync(string name, CancellationToken cancellationToken)
    {
        if (!BucketName.TryParse(name, out var bucket))
        {
            throw new ArgumentException($"'{name}' cannot name a bucket: use 3 to 63 lower-case letters, digits, dots and hyphens.", nameof(name));
        }

        _ = (await host.AskAsync(Account.Entity, new CreateBucket(Account, bucket), cancellationToken)).Answer;
    }

    /// <exception cref="ArgumentException">Glacier does not permit the name.</exception>
    public async Task CreateVaultAsync(string name, CancellationToken cancellationToken)
    {
        if (!VaultName.TryParse(name, out var vault))
        {
            throw new ArgumentException($"'{name}' cannot name a vault: use 1 to 255 letters, digits, '_', '-' and '.'.", nameof(name));
        }

        _ = (await host.AskAsync(Account.Entity, new CreateVault(new VaultId(Account, vault)), cancellationToken)).Answer;
    }

    /// <summary>The uploads that were neither completed nor aborted, in all buckets and vaults.</summary>
    public async Task<IReadOnlyList<LeftUpload>> ListOpenAsync(CancellationToken cancellationToken)
    {
        var open = new List<LeftUpload>();
        for (var (after, hasMore) = ("", true); hasMore;)
        {
            var page = (await host.AskAsync(Account.Entity, new ListBuckets(after, PageSize), cancellationToken)).Answer;
            foreach (var bucket in page.Buckets)
            {
                await AddOpenAsync(open, bucket.Bucket.Name.ToString(), new KeyIndexId(bucket.Bucket, KeyTree.Uploads), cancellationToken);
            }

            (after, hasMore) = (page.HasMore ? page.Buckets[^1].Bucket.Name.ToString() : "", page.HasMore);
        }

        for (var (after, hasMore) = ("", true); hasMore;)
        {
            var page = (await host.AskAsync(Account.Entity, new ListVaults(after, PageSize), cancellationToken)).Answer;
            foreach (var vault in page.Vaults)
            {
                var described = (await host.AskAsync(vault.Entity, new DescribeVault(vault), cancellationToken)).Answer;
                await AddOpenAsync(open, vault.Name.ToString(), described.Incarnation.Uploads, cancellationToken);
            }

            (after, hasMore) = (page.HasMore ? page.Vaults[^1].Name.ToString() : "", page.HasMore);
        }

        return open;
    }

    private async Task AddOpenAsync(List<LeftUpload> open, string container, KeyIndexId uploads, CancellationToken cancellationToken)
    {
        KeyPosition? after = null;
        do
        {
            var page = await lister.ListAsync(
                new KeyListing(uploads, Prefix: "", Delimiter: "", after, PageSize), cancellationToken);
            open.AddRange(page.Entries.Select(entry => new LeftUpload(
                container, entry.Archive is null ? entry.Key.ToString() : null, entry.Upload.ToString(), entry.At)));
            after = page.Next;
        }
        while (after is not null);
    }
}
