using OrleansUploads.Core.Buckets;

namespace OrleansUploads.Core.Accounts;

public abstract record AccountCommand : ICommand
{
    private protected AccountCommand()
    {
    }
}

/// <summary>Creates a vault. An existing vault stays unchanged.</summary>
[Named("create-vault.1")]
public sealed record CreateVault(VaultId Vault) : AccountCommand, ICommand<Done>;

/// <summary>Lists the account's vaults in the ordinal order of their names, after one of them.</summary>
/// <param name="After">Empty to start at the beginning.</param>
/// <param name="Limit">At least 1.</param>
[Named("list-vaults.1")]
public sealed record ListVaults(string After, int Limit) : AccountCommand, ICommand<VaultsPage>;

/// <summary>Stops listing a deleted vault; sent by the vault.</summary>
[Named("remove-vault.1")]
public sealed record RemoveVault(VaultIncarnation Incarnation) : AccountCommand, ICommand<Done>, IRequiresFreshState;

public sealed record ConfirmVaultBegun(VaultIncarnation Incarnation) : AccountCommand, ICommand<Done>;

/// <summary>One page of vaults, by name.</summary>
[Named("vaults-page.1")]
public sealed record VaultsPage(IReadOnlyList<VaultId> Vaults, bool HasMore) : IAnswer;

/// <summary>Creates a bucket. Names are global, so the bucket decides whether the account gets it. Creating a bucket that the account
/// already has returns it unchanged.</summary>
[Named("create-bucket.1")]
public sealed record CreateBucket(AccountId Account, BucketName Bucket) : AccountCommand, ICommand<CreatedBucket>;

/// <summary>Lists the account's buckets by name, after one of them.</summary>
/// <param name="After">Empty to start at the beginning.</param>
/// <param name="Limit">At least 1.</param>
/// <param name="Prefix">Null for all.</param>
[Named("list-buckets.1")]
public sealed record ListBuckets(string After, int Limit, string? Prefix = null) : AccountCommand, ICommand<BucketsPage>;

/// <summary>Stops listing a deleted bucket; sent by the bucket.</summary>
[Named("remove-bucket.1")]
public sealed record RemoveBucket(BucketIncarnation Bucket) : AccountCommand, ICommand<Done>, IRequiresFreshState;

public sealed record ConfirmBucketClaim(BucketName Bucket, long Claim, BucketClaim Verdict) : AccountCommand, ICommand<Done>;

/// <summary>The answer to the creation of a bucket.</summary>
/// <param name="Bucket">Never null in an answer that a caller gets.</param>
/// <param name="Existed">Whether the account had it before.</param>
[Named("created-bucket.1")]
public sealed record CreatedBucket(BucketName Name, BucketDescription? Bucket, bool Existed) : IAnswer;

/// <summary>One page of buckets, by name.</summary>
[Named("buckets-page.1")]
public sealed record BucketsPage(IReadOnlyList<BucketDescription> Buckets, bool HasMore) : IAnswer;

[Named("find-data-retrieval-policy.1")]
public sealed record FindDataRetrievalPolicy : AccountCommand, ICommand<DataRetrievalPolicy>;

/// <summary>Sets the data retrieval policy. Retrievals that were already admitted continue.</summary>
[Named("set-data-retrieval-policy.1")]
public sealed record SetDataRetrievalPolicy(DataRetrievalPolicy Policy) : AccountCommand, ICommand<Done>;

/// <summary>Asks for admission of a standard retrieval before it is started. Repeating the command for the same job within
/// the hour admits it again and counts it once.</summary>
/// <param name="Job">The ID that the job will have.</param>
[Named("admit-retrieval.1")]
public sealed record AdmitRetrieval(JobId Job, long Bytes) : AccountCommand, ICommand<Done>;

[Named("purchase-capacity.1")]
public sealed record PurchaseCapacity(CapacityId Capacity) : AccountCommand, ICommand<CapacityUnit>;

[Named("list-capacity.1")]
public sealed record ListCapacity : AccountCommand, ICommand<CapacityUnits>;

/// <summary>The units of provisioned capacity, in order of purchase.</summary>
[Named("capacity-units.1")]
public sealed record CapacityUnits(IReadOnlyList<CapacityUnit> Units) : IAnswer;

/// <summary>A unit of provisioned capacity. This server records and lists units, but expedited retrievals do not require
/// one.</summary>
[Named("capacity-unit.1")]
public sealed record CapacityUnit(CapacityId Capacity, DateTimeOffset StartAt, DateTimeOffset ExpiresAt) : IAnswer
{
    /// <summary>Creates a unit that is purchased now. It lasts one calendar month, to the second: until the same day and time of
    /// the next month, or the last day of that month if it is shorter.</summary>
    /// <remarks>Source: developer guide, "Purchase provisioned capacity".</remarks>
    public static CapacityUnit Purchase(CapacityId capacity, DateTimeOffset now)
    {
        var end = now.AddMonths(1);
        return new CapacityUnit(capacity, now, end.AddTicks(-(end.Ticks % TimeSpan.TicksPerSecond)));
    }
}
