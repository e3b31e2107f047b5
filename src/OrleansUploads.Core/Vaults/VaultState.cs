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

        /// <summary>The access policy; null for none.</summary>
        public VaultPolicy? AccessPolicy { get; init; }

        /// <summary>The lock; null for none. One in progress whose time has run out counts as none.</summary>
        public VaultLock? Lock { get; init; }

        /// <summary>Whom to tell of the end of jobs.</summary>
        public NotificationSetting Notifications { get; init; } = NotificationSetting.Never;

        /// <summary>The last inventory that was taken; null before the first, and where it is always current.</summary>
        public VaultInventory? Inventory { get; init; }

        /// <summary>Since when an archive was added or deleted that the last inventory does not know of; null for
        /// never.</summary>
        public DateTimeOffset? WrittenSince { get; init; }
    }

    /// <summary>The vault was deleted.</summary>
    /// <param name="Life">Which life ended.</param>
    /// <param name="DeletedAt">When.</param>
    /// <param name="Removed">Whether the account knows.</param>
    public sealed record Deleted(VaultLife Life, DateTimeOffset DeletedAt, bool Removed) : VaultState;
}

/// <summary>An inventory: which archives there were.</summary>
/// <param name="At">When it was taken.</param>
/// <param name="Shards">The totals of each shard of the index then.</param>
/// <param name="Totals">Their sum.</param>
public sealed record VaultInventory(DateTimeOffset At, ImmutableDictionary<int, ShardTotals> Shards, VaultTotals Totals);

/// <summary>Whom a vault tells of the end of its jobs, as the vault knows it.</summary>
/// <param name="Version">Counts the settings of this life; 0 before the first.</param>
/// <param name="Notifications">What is set; null for nobody.</param>
/// <param name="Told">Whether the vault's jobs know.</param>
public sealed record NotificationSetting(long Version, VaultNotifications? Notifications, bool Told)
{
    /// <summary>Nothing was ever set.</summary>
    public static NotificationSetting Never { get; } = new(0, null, Told: true);
}
