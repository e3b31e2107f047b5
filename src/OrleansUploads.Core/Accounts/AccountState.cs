using OrleansUploads.Core.Buckets;

namespace OrleansUploads.Core.Accounts;

/// <summary>State of an account.</summary>
/// <param name="LastEpoch">The number of vault incarnations and claims of buckets so far; the epoch of the newest
/// one.</param>
/// <param name="Vaults">The vaults, by name in ordinal order.</param>
[Named("account-state.1")]
public sealed record AccountState(long LastEpoch, ImmutableSortedDictionary<string, AccountVault> Vaults)
{
    public static AccountState Empty { get; } =
        new(0, ImmutableSortedDictionary.Create<string, AccountVault>(StringComparer.Ordinal));

    /// <summary>The vaults, by name in ordinal order.</summary>
    public ImmutableSortedDictionary<string, AccountVault> Vaults { get; init; } = Vaults.WithComparers(StringComparer.Ordinal);

    /// <summary>The buckets, by name in ordinal order.</summary>
    public ImmutableSortedDictionary<string, AccountBucket> Buckets { get; init => field = value.WithComparers(StringComparer.Ordinal); } =
        ImmutableSortedDictionary.Create<string, AccountBucket>(StringComparer.Ordinal);

    public DataRetrievalPolicy RetrievalPolicy { get; init; } = DataRetrievalPolicy.Unlimited;

    /// <summary>The retrievals that count against the limit. May contain expired ones.</summary>
    public AdmittedRetrievals Admitted { get; init; } = AdmittedRetrievals.None;

    /// <summary>The units of provisioned capacity. May contain expired ones.</summary>
    public ImmutableList<CapacityUnit> Capacity { get; init; } = [];
}

/// <summary>A vault in its account's list.</summary>
/// <param name="Confirmed">Whether the vault entity has begun this incarnation.</param>
public sealed record AccountVault(VaultIncarnation Incarnation, DateTimeOffset CreatedAt, bool Confirmed);

/// <summary>A bucket in its account's list.</summary>
/// <param name="Claim">The claim with which the account wanted it.</param>
/// <param name="Bucket">Null until it has answered.</param>
public sealed record AccountBucket(BucketName Name, AccountId Account, long Claim, BucketDescription? Bucket);

/// <summary>Events of an account. They are stored for years: never change an existing event, add a new one.</summary>
public abstract record AccountEvent
{
    private protected AccountEvent()
    {
    }
}

[Named("vault-registered.1")]
public sealed record VaultRegistered(VaultIncarnation Incarnation, DateTimeOffset At) : AccountEvent;

[Named("vault-confirmed.1")]
public sealed record VaultConfirmed(VaultIncarnation Incarnation) : AccountEvent;

/// <summary>A deleted vault was unregistered, so it is no longer listed.</summary>
[Named("vault-unregistered.1")]
public sealed record VaultUnregistered(VaultIncarnation Incarnation) : AccountEvent;

[Named("data-retrieval-policy-set.1")]
public sealed record DataRetrievalPolicySet(RetrievalStrategy Strategy, long? BytesPerHour) : AccountEvent;

/// <summary>A retrieval was admitted. It counts against the limit for <see cref="Limits.RetrievalPolicyWindow"/>.</summary>
[Named("retrieval-admitted.1")]
public sealed record RetrievalAdmitted(JobId Job, long Bytes, DateTimeOffset At) : AccountEvent;

[Named("capacity-purchased.1")]
public sealed record CapacityPurchased(CapacityUnit Unit) : AccountEvent;

/// <summary>The account claims a bucket. The bucket decides whether the account gets it.</summary>
[Named("bucket-claimed.1")]
public sealed record BucketClaimed(BucketName Bucket, AccountId Account, long Claim) : AccountEvent;

[Named("bucket-confirmed.1")]
public sealed record BucketConfirmed(BucketDescription Bucket) : AccountEvent;

/// <summary>Another account has the bucket, or it was deleted.</summary>
[Named("bucket-unregistered.1")]
public sealed record BucketUnregistered(BucketName Bucket) : AccountEvent;
