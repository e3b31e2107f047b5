using System.Collections.Immutable;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Accounts;

/// <summary>Which vaults an account has, and how it limits its retrievals.</summary>
/// <param name="LastEpoch">How many vault lives have begun in it, ever.</param>
/// <param name="Vaults">The vaults, by name in ordinal order.</param>
public sealed record AccountState(long LastEpoch, ImmutableSortedDictionary<string, AccountVault> Vaults)
{
    /// <summary>An account without history.</summary>
    public static AccountState Empty { get; } =
        new(0, ImmutableSortedDictionary.Create<string, AccountVault>(StringComparer.Ordinal));

    /// <summary>How its retrievals are limited.</summary>
    public DataRetrievalPolicy RetrievalPolicy { get; init; } = DataRetrievalPolicy.Unlimited;

    /// <summary>Retrievals that count against the limit, and perhaps some that no longer do.</summary>
    public AdmittedRetrievals Admitted { get; init; } = AdmittedRetrievals.None;

    /// <summary>Units of provisioned capacity, and perhaps some that have expired.</summary>
    public ImmutableList<CapacityUnit> Capacity { get; init; } = [];
}

/// <summary>A vault as its account knows it.</summary>
/// <param name="Life">Its present life.</param>
/// <param name="CreatedAt">When it was taken in.</param>
/// <param name="Confirmed">Whether the vault itself has begun.</param>
public sealed record AccountVault(VaultLife Life, DateTimeOffset CreatedAt, bool Confirmed);
