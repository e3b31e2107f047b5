using System.Collections.Immutable;
using OrleansUploads.Core.Messages.Accounts;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Accounts;

/// <summary>State of an account: its vaults, its data retrieval policy and its provisioned capacity.</summary>
/// <param name="LastEpoch">Epoch of the newest vault incarnation; equal to the number of incarnations so far.</param>
/// <param name="Vaults">The vaults, by name in ordinal order.</param>
public sealed record AccountState(long LastEpoch, ImmutableSortedDictionary<string, AccountVault> Vaults)
{
    /// <summary>An account without history.</summary>
    public static AccountState Empty { get; } =
        new(0, ImmutableSortedDictionary.Create<string, AccountVault>(StringComparer.Ordinal));

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
