using System.Collections.Immutable;
using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Core.Vaults;

/// <summary>Where a vault stands.</summary>
public abstract record VaultState
{
    private VaultState()
    {
    }

    /// <summary>There never was such a vault, or it was forgotten.</summary>
    public sealed record Unknown : VaultState
    {
        /// <summary>The only one.</summary>
        public static Unknown Instance { get; } = new();
    }

    /// <summary>The vault is there.</summary>
    /// <param name="Life">Which life.</param>
    /// <param name="CreatedAt">When it began.</param>
    /// <param name="Uploads">Uploads in progress, by ID in ordinal order.</param>
    /// <param name="NotBegun">Those of them that have not confirmed that they have begun.</param>
    /// <param name="Shards">The newest totals of each shard of the index that ever held an archive.</param>
    /// <param name="Tags">Values by keys, in ordinal order.</param>
    public sealed record Live(
        VaultLife Life,
        DateTimeOffset CreatedAt,
        ImmutableSortedDictionary<string, UploadOpening> Uploads,
        ImmutableHashSet<UploadId> NotBegun,
        ImmutableDictionary<int, ShardTotals> Shards,
        ImmutableSortedDictionary<string, string> Tags) : VaultState
    {
        /// <summary>The sum of all shards.</summary>
        public VaultTotals Totals { get; init; }
    }

    /// <summary>The vault was deleted.</summary>
    /// <param name="Life">Which life ended.</param>
    /// <param name="DeletedAt">When.</param>
    /// <param name="Removed">Whether the account knows.</param>
    public sealed record Deleted(VaultLife Life, DateTimeOffset DeletedAt, bool Removed) : VaultState;
}
