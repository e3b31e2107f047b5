using OrleansUploads.Core.Buckets;

namespace OrleansUploads.Core.Accounts;

/// <summary>Commands of an account.</summary>
public abstract record AccountCommand : ICommand
{
    private protected AccountCommand()
    {
    }
}

/// <summary>Creates a vault. An existing vault stays unchanged.</summary>
[Named("create-vault.1")]
public sealed record CreateVault(VaultId Vault) : AccountCommand, ICommand<Done>;

/// <summary>Lists the account's vaults in the ordinal order of their names.</summary>
/// <param name="After">Lists only vaults after this name; empty to start at the beginning.</param>
/// <param name="Limit">Maximum number of vaults to list; at least 1.</param>
[Named("list-vaults.1")]
public sealed record ListVaults(string After, int Limit) : AccountCommand, ICommand<VaultsPage>;

/// <summary>Stops listing a deleted vault; sent by the vault.</summary>
[Named("remove-vault.1")]
public sealed record RemoveVault(VaultIncarnation Incarnation) : AccountCommand, ICommand<Done>, IRequiresFreshState;

/// <summary>Confirms that a vault has begun this incarnation.</summary>
public sealed record ConfirmVaultBegun(VaultIncarnation Incarnation) : AccountCommand, ICommand<Done>;

/// <summary>A page of an account's vaults, by name.</summary>
[Named("vaults-page.1")]
public sealed record VaultsPage(IReadOnlyList<VaultId> Vaults, bool HasMore) : IAnswer;

/// <summary>Creates a bucket. Names are global, so the bucket decides whether the account gets it. Creating a bucket that the account
/// already has returns it unchanged.</summary>
[Named("create-bucket.1")]
public sealed record CreateBucket(AccountId Account, BucketName Bucket) : AccountCommand, ICommand<CreatedBucket>;

/// <summary>Lists the account's buckets by name.</summary>
/// <param name="After">Lists only buckets after this name; empty to start at the beginning.</param>
/// <param name="Limit">Maximum number of buckets to list; at least 1.</param>
/// <param name="Prefix">Lists only buckets whose names begin with it; null for all.</param>
[Named("list-buckets.1")]
public sealed record ListBuckets(string After, int Limit, string? Prefix = null) : AccountCommand, ICommand<BucketsPage>;

/// <summary>Stops listing a deleted bucket; sent by the bucket.</summary>
[Named("remove-bucket.1")]
public sealed record RemoveBucket(BucketIncarnation Bucket) : AccountCommand, ICommand<Done>, IRequiresFreshState;

/// <summary>Confirms that a bucket has answered a claim.</summary>
public sealed record ConfirmBucketClaim(BucketName Bucket, long Claim, BucketClaim Verdict) : AccountCommand, ICommand<Done>;

/// <summary>The answer to the creation of a bucket.</summary>
/// <param name="Name">The bucket's name.</param>
/// <param name="Bucket">The bucket; never null in an answer that a caller gets.</param>
/// <param name="Existed">Whether the account had it before.</param>
[Named("created-bucket.1")]
public sealed record CreatedBucket(BucketName Name, BucketDescription? Bucket, bool Existed) : IAnswer;

/// <summary>A page of an account's buckets, by name.</summary>
[Named("buckets-page.1")]
public sealed record BucketsPage(IReadOnlyList<BucketDescription> Buckets, bool HasMore) : IAnswer;

/// <summary>Returns the account's data retrieval policy.</summary>
[Named("find-data-retrieval-policy.1")]
public sealed record FindDataRetrievalPolicy : AccountCommand, ICommand<DataRetrievalPolicy>;

/// <summary>Sets the account's data retrieval policy. Retrievals that were already admitted continue.</summary>
[Named("set-data-retrieval-policy.1")]
public sealed record SetDataRetrievalPolicy(DataRetrievalPolicy Policy) : AccountCommand, ICommand<Done>;

/// <summary>Asks for admission of a standard retrieval before it is started. Repeating the command for the same job within the
/// hour admits it again and counts it once.</summary>
/// <param name="Job">The ID that the job will have.</param>
/// <param name="Bytes">Number of bytes to retrieve.</param>
[Named("admit-retrieval.1")]
public sealed record AdmitRetrieval(JobId Job, long Bytes) : AccountCommand, ICommand<Done>;

/// <summary>Purchases a unit of provisioned capacity.</summary>
/// <param name="Capacity">A new, unused ID.</param>
[Named("purchase-capacity.1")]
public sealed record PurchaseCapacity(CapacityId Capacity) : AccountCommand, ICommand<CapacityUnit>;

/// <summary>Lists the units of provisioned capacity that have not expired.</summary>
[Named("list-capacity.1")]
public sealed record ListCapacity : AccountCommand, ICommand<CapacityUnits>;

/// <summary>Units of provisioned capacity, in order of purchase.</summary>
[Named("capacity-units.1")]
public sealed record CapacityUnits(IReadOnlyList<CapacityUnit> Units) : IAnswer;

/// <summary>A unit of provisioned capacity. This server records and lists units, but expedited retrievals do not require
/// one.</summary>
/// <param name="Capacity">Its ID.</param>
/// <param name="StartAt">When it was purchased.</param>
/// <param name="ExpiresAt">When it expires.</param>
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
