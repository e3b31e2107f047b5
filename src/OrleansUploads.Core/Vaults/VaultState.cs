namespace OrleansUploads.Core.Vaults;

public abstract record VaultState
{
    private VaultState()
    {
    }

    /// <summary>Epoch of the newest incarnation, or 0 if the vault has never existed.</summary>
    public long Epoch => this switch
    {
        Live live => live.Incarnation.Epoch,
        Deleted deleted => deleted.Incarnation.Epoch,
        _ => 0,
    };

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
    [Named("vault-state-live.1")]
    public sealed record Live(
        VaultIncarnation Incarnation,
        DateTimeOffset CreatedAt,
        ImmutableDictionary<int, ShardTotals> Shards) : VaultState
    {
        /// <summary>The totals of all shards together.</summary>
        public VaultTotals Totals { get; init; }

        /// <summary>The tags, the policies and the lock.</summary>
        public VaultProtection Protection { get; init; } = VaultProtection.None;

        public NotificationSetting Notifications { get; init; } = NotificationSetting.Never;
    }

    /// <summary>The vault was deleted.</summary>
    /// <param name="Incarnation">The deleted incarnation.</param>
    /// <param name="Removed">Whether the account has unregistered it.</param>
    [Named("vault-state-deleted.1")]
    public sealed record Deleted(VaultIncarnation Incarnation, DateTimeOffset DeletedAt, bool Removed) : VaultState;
}

/// <summary>Totals of all shards of the archive index. They are maintained incrementally, because summing thousands of shards for
/// every request about a vault would dominate its cost.</summary>
/// <param name="Archives">Number of archives.</param>
/// <param name="SizeBytes">Sum of their sizes in bytes.</param>
/// <param name="ChangedAt">When an archive was last added or deleted, or null if none ever was.</param>
public readonly record struct VaultTotals(long Archives, long SizeBytes, DateTimeOffset? ChangedAt)
{
    /// <summary>Returns the totals after a change of one shard.</summary>
    /// <param name="before">The shard's previous totals, or null if it had none.</param>
    /// <param name="after">The shard's new totals.</param>
    public VaultTotals Replace(ShardTotals? before, ShardTotals after) => new(
        Archives + after.Archives - (before?.Archives ?? 0),
        SizeBytes + after.SizeBytes - (before?.SizeBytes ?? 0),
        ChangedAt > after.ChangedAt ? ChangedAt : after.ChangedAt);
}

/// <summary>Totals of one shard of the archive index at one of its versions.</summary>
/// <param name="Shard">Number of the shard.</param>
/// <param name="Version">Number of additions and deletions so far; a higher version replaces a lower one.</param>
/// <param name="Archives">Number of archives.</param>
/// <param name="SizeBytes">Sum of their sizes in bytes.</param>
/// <param name="ChangedAt">When an archive was last added or deleted.</param>
public sealed record ShardTotals(int Shard, long Version, long Archives, long SizeBytes, DateTimeOffset ChangedAt);

/// <summary>Events of a vault. They are stored for years: never change an existing event, add a new one.</summary>
public abstract record VaultEvent
{
    private protected VaultEvent()
    {
    }
}

/// <summary>Events of the job notifications.</summary>
public abstract record VaultNotificationEvent : VaultEvent
{
    private protected VaultNotificationEvent()
    {
    }
}

/// <summary>An incarnation of the vault began.</summary>
[Named("vault-begun.1")]
public sealed record VaultBegun(VaultIncarnation Incarnation, DateTimeOffset At) : VaultEvent;

/// <summary>A shard of the index reported new totals.</summary>
[Named("archives-recorded.1")]
public sealed record ArchivesRecorded(ShardTotals Totals) : VaultEvent;

/// <summary>Tags were added or their values replaced.</summary>
[Named("tags-added.1")]
public sealed record TagsAdded(IReadOnlyDictionary<string, string> Tags) : VaultPolicyEvent;

[Named("tags-removed.1")]
public sealed record TagsRemoved(IReadOnlyList<string> Keys) : VaultPolicyEvent;

/// <summary>The vault's job notifications were set or cleared.</summary>
/// <param name="Version">Version of the setting within this incarnation, starting at 1.</param>
/// <param name="Notifications">The setting, or null if it was cleared.</param>
[Named("notifications-changed.1")]
public sealed record NotificationsChanged(long Version, VaultNotifications? Notifications) : VaultNotificationEvent;

/// <summary>A notification setting was delivered to the vault's jobs.</summary>
[Named("notifications-delivered.1")]
public sealed record NotificationsDelivered(long Version) : VaultNotificationEvent;

/// <summary>The vault was deleted. Its uploads in progress can no longer become archives.</summary>
[Named("vault-deleted.1")]
public sealed record VaultDeleted(DateTimeOffset At) : VaultEvent;

/// <summary>The account has unregistered the deleted vault.</summary>
[Named("vault-removed.1")]
public sealed record VaultRemoved : VaultEvent;

/// <summary>Events of a vault's tags, its access policy and its lock.</summary>
public abstract record VaultPolicyEvent : VaultEvent
{
    private protected VaultPolicyEvent()
    {
    }
}

/// <summary>The access policy was set, replacing the previous one.</summary>
[Named("access-policy-set.1")]
public sealed record AccessPolicySet(VaultPolicy Policy) : VaultPolicyEvent;

[Named("access-policy-deleted.1")]
public sealed record AccessPolicyDeleted : VaultPolicyEvent;

/// <summary>A lock was initiated. Its policy is in force, and the guard's generation is raised.</summary>
[Named("vault-lock-initiated.1")]
public sealed record VaultLockInitiated(LockId Lock, VaultPolicy Policy, DateTimeOffset At) : VaultPolicyEvent;

/// <summary>The lock was completed. Its policy is permanent.</summary>
[Named("vault-lock-completed.1")]
public sealed record VaultLockCompleted : VaultPolicyEvent;

/// <summary>The lock in progress was aborted or has expired.</summary>
[Named("vault-lock-ended.1")]
public sealed record VaultLockEnded : VaultPolicyEvent;

/// <summary>A generation of the guard was delivered to a shard of the index.</summary>
[Named("guard-delivered.1")]
public sealed record GuardDelivered(long Generation, int Shard) : VaultPolicyEvent;
