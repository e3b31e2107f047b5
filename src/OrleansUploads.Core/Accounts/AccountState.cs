using OrleansUploads.Core.Buckets;

namespace OrleansUploads.Core.Accounts;

/// <summary>State of an account: its vaults, its data retrieval policy and its provisioned capacity.</summary>
/// <param name="LastEpoch">The number of vault incarnations and claims of buckets so far. It is the epoch of the newest
/// one.</param>
/// <param name="Vaults">The vaults, by name in ordinal order.</param>
public sealed record AccountState(long LastEpoch, ImmutableSortedDictionary<string, AccountVault> Vaults)
{
    /// <summary>An account without history.</summary>
    public static AccountState Empty { get; } =
        new(0, ImmutableSortedDictionary.Create<string, AccountVault>(StringComparer.Ordinal));

    /// <summary>The buckets, by name in ordinal order.</summary>
    public ImmutableSortedDictionary<string, AccountBucket> Buckets { get; init; } =
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
