using OrleansUploads.Core.Buckets;

namespace OrleansUploads.Core.Accounts;

/// <summary>State of an account: its vaults, its data retrieval policy and its provisioned capacity.</summary>
/// <param name="LastEpoch">The number of vault incarnations and claims of buckets so far. It is the epoch of the newest
/// one.</param>
/// <param name="Vaults">The vaults, by name in ordinal order.</param>
[Named("account-state.1")]
public sealed record AccountState(long LastEpoch, ImmutableSortedDictionary<string, AccountVault> Vaults)
{
    /// <summary>An account without history.</summary>
    public static AccountState Empty { get; } =
        new(0, ImmutableSortedDictionary.Create<string, AccountVault>(StringComparer.Ordinal));

    /// <summary>The vaults, by name in ordinal order.</summary>
    public ImmutableSortedDictionary<string, AccountVault> Vaults { get; init; } = Vaults.WithComparers(StringComparer.Ordinal);

    /// <summary>The buckets, by name in ordinal order.</summary>
    public ImmutableSortedDictionary<string, AccountBucket> Buckets { get; init => field = value.WithComparers(StringComparer.Ordinal); } =
        ImmutableSortedDictionary.Create<string, AccountBucket>(StringComparer.Ordinal);

    /// <summary>The data retrieval policy.</summary>
    public DataRetrievalPolicy RetrievalPolicy { get; init; } = DataRetrievalPolicy.Unlimited;

    /// <summary>Retrievals that count against the limit. May contain some that no longer count.</summary>
    public AdmittedRetrievals Admitted { get; init; } = AdmittedRetrievals.None;

    /// <summary>Units of provisioned capacity. May contain expired ones.</summary>
    public ImmutableList<CapacityUnit> Capacity { get; init; } = [];
}

/// <summary>A vault in its account's list.</summary>
/// <param name="Incarnation">The current incarnation.</param>
/// <param name="CreatedAt">When it was registered.</param>
/// <param name="Confirmed">Whether the vault entity has begun this incarnation.</param>
public sealed record AccountVault(VaultIncarnation Incarnation, DateTimeOffset CreatedAt, bool Confirmed);

/// <summary>A bucket in its account's list.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Account">The account itself.</param>
/// <param name="Claim">The claim with which the account wanted it.</param>
/// <param name="Bucket">The bucket; null until it has answered.</param>
public sealed record AccountBucket(BucketName Name, AccountId Account, long Claim, BucketDescription? Bucket);

/// <summary>Events of an account. They are stored for years: never change an existing event, add a new one.</summary>
public abstract record AccountEvent
{
    private protected AccountEvent()
    {
    }
}

/// <summary>A vault was registered.</summary>
[Named("vault-registered.1")]
public sealed record VaultRegistered(VaultIncarnation Incarnation, DateTimeOffset At) : AccountEvent;

/// <summary>The vault entity has begun this incarnation.</summary>
[Named("vault-confirmed.1")]
public sealed record VaultConfirmed(VaultIncarnation Incarnation) : AccountEvent;

/// <summary>A deleted vault was unregistered, so it is no longer listed.</summary>
[Named("vault-unregistered.1")]
public sealed record VaultUnregistered(VaultIncarnation Incarnation) : AccountEvent;

/// <summary>The account's data retrieval policy was set.</summary>
[Named("data-retrieval-policy-set.1")]
public sealed record DataRetrievalPolicySet(RetrievalStrategy Strategy, long? BytesPerHour) : AccountEvent;

/// <summary>A retrieval was admitted. It counts against the limit for <see cref="Limits.RetrievalPolicyWindow"/>.</summary>
[Named("retrieval-admitted.1")]
public sealed record RetrievalAdmitted(JobId Job, long Bytes, DateTimeOffset At) : AccountEvent;

/// <summary>A unit of provisioned capacity was purchased.</summary>
[Named("capacity-purchased.1")]
public sealed record CapacityPurchased(CapacityUnit Unit) : AccountEvent;

/// <summary>The account claims a bucket. The bucket decides whether the account gets it.</summary>
[Named("bucket-claimed.1")]
public sealed record BucketClaimed(BucketName Bucket, AccountId Account, long Claim) : AccountEvent;

/// <summary>The account got a bucket.</summary>
[Named("bucket-confirmed.1")]
public sealed record BucketConfirmed(BucketDescription Bucket) : AccountEvent;

/// <summary>The account does not list a bucket any more: another account has it, or it was deleted.</summary>
[Named("bucket-unregistered.1")]
public sealed record BucketUnregistered(BucketName Bucket) : AccountEvent;
