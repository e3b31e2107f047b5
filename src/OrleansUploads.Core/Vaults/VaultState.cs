using System.Collections.Immutable;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Vaults;

/// <summary>State of a vault.</summary>
public abstract record VaultState
{
    private VaultState()
    {
    }

    /// <summary>The vault has never existed.</summary>
    public sealed record Unknown : VaultState
    {
        /// <summary>The only instance.</summary>
        public static Unknown Instance { get; } = new();
    }

    /// <summary>The vault exists.</summary>
    /// <param name="Incarnation">The current incarnation.</param>
    /// <param name="CreatedAt">When this incarnation began.</param>
    /// <param name="Shards">The latest totals of each shard of the index that has ever held an archive.</param>
    /// <param name="Tags">Tag values by key, in ordinal order of the keys.</param>
    public sealed record Live(
        VaultIncarnation Incarnation,
        DateTimeOffset CreatedAt,
        ImmutableDictionary<int, ShardTotals> Shards,
        ImmutableSortedDictionary<string, string> Tags) : VaultState
    {
        /// <summary>The uploads in progress.</summary>
        public VaultAdmissions Admissions { get; init; } = VaultAdmissions.None;

        /// <summary>The totals of all shards together.</summary>
        public VaultTotals Totals { get; init; }

        /// <summary>The access policy, or null for none.</summary>
        public VaultPolicy? AccessPolicy { get; init; }

        /// <summary>The lock, or null for none. An expired lock in progress counts as none.</summary>
        public VaultLock? Lock { get; init; }

        /// <summary>Delivery of the lock's guard to the shards.</summary>
        public VaultGuard Guard { get; init; } = VaultGuard.None;

        /// <summary>The job notifications.</summary>
        public NotificationSetting Notifications { get; init; } = NotificationSetting.Never;
    }

    /// <summary>The vault was deleted.</summary>
    /// <param name="Incarnation">The deleted incarnation.</param>
    /// <param name="DeletedAt">When it was deleted.</param>
    /// <param name="Removed">Whether the account has unregistered it.</param>
    public sealed record Deleted(VaultIncarnation Incarnation, DateTimeOffset DeletedAt, bool Removed) : VaultState
    {
        /// <summary>The uploads that have not been ended yet. The account unregisters the vault when none is left.</summary>
        public VaultEndings Endings { get; init; } = VaultEndings.None;
    }
}

/// <summary>A vault's notification setting and whether it was delivered.</summary>
/// <param name="Version">Version of the setting within this incarnation; 0 before the first.</param>
/// <param name="Notifications">The setting, or null.</param>
/// <param name="Delivered">Whether the setting was delivered to the vault's jobs.</param>
public sealed record NotificationSetting(long Version, VaultNotifications? Notifications, bool Delivered)
{
    /// <summary>No setting exists yet.</summary>
    public static NotificationSetting Never { get; } = new(0, null, Delivered: true);
}
