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
    public sealed record Live(
        VaultIncarnation Incarnation,
        DateTimeOffset CreatedAt,
        ImmutableDictionary<int, ShardTotals> Shards) : VaultState
    {
        /// <summary>The uploads in progress.</summary>
        public VaultAdmissions Admissions { get; init; } = VaultAdmissions.None;

        /// <summary>The totals of all shards together.</summary>
        public VaultTotals Totals { get; init; }

        /// <summary>The tags, the policies and the lock.</summary>
        public VaultProtection Protection { get; init; } = VaultProtection.None;

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
