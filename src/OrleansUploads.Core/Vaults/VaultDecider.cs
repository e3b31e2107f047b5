using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Archives;

namespace OrleansUploads.Core.Vaults;

/// <summary>The rules of a vault: its life, and the totals of its archives.</summary>
/// <remarks>Tags, policies and the lock (<see cref="VaultProtectionRules"/>) and job notifications (<see cref="VaultNotificationRules"/>)
/// have their own rules. Uploads in progress are not the vault's: they list themselves in an ordered index of the incarnation.</remarks>
public sealed class VaultDecider : Decider<VaultState, VaultCommand, VaultEvent>
{
    public override VaultState Initial => VaultState.Unknown.Instance;

    public override Decision<VaultEvent> Decide(VaultState state, VaultCommand command, ServiceTime time) => (state, command) switch
    {
        (_, BeginVault c) => BeginVault(state, c),
        (_, RecordArchives c) => RecordArchives(state, c),
        (VaultState.Live live, IAboutIncarnation c) when live.Incarnation.Epoch != c.Epoch => Nothing,
        (VaultState.Live live, _) => DecideLive(live, command, time.Now),
        (VaultState.Deleted { Removed: false } deleted, ConfirmVaultRemoved c) when deleted.Incarnation.Epoch == c.Epoch =>
            Accept(new VaultRemoved()),
        (_, IAddressesVault c) => NotFound(c.Vault),
        _ => Nothing,
    };

    public override VaultState Evolve(VaultState state, VaultEvent happened) => (state, happened) switch
    {
        (_, VaultBegun e) => new VaultState.Live(e.Incarnation, e.At, ImmutableDictionary<int, ShardTotals>.Empty),
        (VaultState.Live live, ArchivesRecorded e) => WithTotals(live, e.Totals),
        (VaultState.Live live, VaultPolicyEvent e) => live with
        {
            Protection = VaultProtectionRules.Evolve(live.Protection, e, live.Shards.Keys),
        },
        (VaultState.Live live, VaultNotificationEvent e) => live with
        {
            Notifications = VaultNotificationRules.Evolve(live.Notifications, e),
        },
        (VaultState.Live live, VaultDeleted e) => new VaultState.Deleted(live.Incarnation, e.At, Removed: false),
        (VaultState.Deleted deleted, VaultRemoved) => deleted with { Removed = true },
        _ => throw new InvalidOperationException($"Unexpected event {happened.GetType().Name} in state {state.GetType().Name}."),
    };

    /// <remarks>A deleted vault's history is kept, because a vault with the same name can be created again. Its epoch
    /// distinguishes the incarnations.</remarks>
    public override Decision<VaultEvent> Wake(VaultState state, ServiceTime time) =>
        state is VaultState.Live { Protection.Lock: { } held } && !held.IsInForce(time.Now) ? Accept(new VaultLockEnded()) : Nothing;

    public override DateTimeOffset? WakeAt(VaultState state, ServiceTime time) => (state as VaultState.Live)?.Protection.Lock?.ExpiresAt;

    public override IEnumerable<Intent> Pending(VaultState state) => state switch
    {
        VaultState.Live live => VaultNotificationRules.Pending(live.Notifications, live.Incarnation)
            .Concat(live.Protection.Guard.TellShards(live.Incarnation)),
        VaultState.Deleted { Removed: false } deleted => [RemoveVault(deleted.Incarnation)],
        _ => [],
    };

    public override int SnapshotCost(VaultState state) => state is VaultState.Live live
        ? live.Shards.Count + live.Protection.Tags.Count + live.Protection.Guard.Undelivered.Count
        : 0;

    private static Decision<VaultEvent> DecideLive(VaultState.Live live, VaultCommand command, DateTimeOffset now) => command switch
    {
        DescribeVault => Reply(Describe(live)),
        TakeInventorySnapshot => Reply(SnapshotOf(live) with { AskedAt = now }),
        DeleteVault c => DeleteVault(live, c, now),
        VaultPolicyCommand c => VaultProtectionRules.Decide(live.Protection, live.Incarnation, live.Shards.Keys, c, now),
        VaultNotificationCommand c => VaultNotificationRules.Decide(live.Notifications, live.Incarnation, c),
        IAboutIncarnation => Nothing,
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, "Unknown command."),
    };

    /// <summary>Begins an incarnation. Commands for the current or an earlier epoch are ignored.</summary>
    private static Decision<VaultEvent> BeginVault(VaultState state, BeginVault command) => command.Incarnation.Epoch > state.Epoch
        ? Accept(new VaultBegun(command.Incarnation, command.CreatedAt))
        : Nothing;

    /// <summary>Deletes a vault that has no archives. An archive counts from the moment when the vault has recorded it, and its ID is told
    /// only after that. So a completion that is recorded later has not happened, and its upload ends (see <see
    /// cref="RecordArchives(VaultState, RecordArchives)"/>). The other uploads of the incarnation are found by no request, and
    /// expire.</summary>
    private static Decision<VaultEvent> DeleteVault(VaultState.Live live, DeleteVault command, DateTimeOffset now)
    {
        if (live.Totals.Archives > 0)
        {
            return Refuse(new Refusal.VaultNotEmpty(command.Vault, live.Totals.Archives));
        }

        return Accept(new VaultDeleted(now)).Raising(RemoveVault(live.Incarnation));
    }

    /// <summary>Records a shard's totals. Deliveries may be repeated and out of order; the higher version wins. The deleted vault is gone
    /// for good, so the shard forgets what the vault has not recorded.</summary>
    private static Decision<VaultEvent> RecordArchives(VaultState state, RecordArchives command)
    {
        if (state is not VaultState.Live live || live.Incarnation.Epoch != command.Epoch)
        {
            var isGone = state is VaultState.Deleted deleted ? deleted.Incarnation.Epoch >= command.Epoch
                : state is VaultState.Live next && next.Incarnation.Epoch > command.Epoch;
            return Reply(isGone ? AdditionVerdict.Gone : AdditionVerdict.InVault);
        }

        var isNewer = !live.Shards.TryGetValue(command.Totals.Shard, out var known)
            || known.Version < command.Totals.Version;
        var recorded = isNewer
            ? Accept(AdditionVerdict.InVault, new ArchivesRecorded(command.Totals))
            : Reply(AdditionVerdict.InVault);
        return recorded.Raising(
            live.Protection.Guard.TellNew(live.Incarnation, command.Totals.Shard, isKnown: known is not null));
    }

    /// <summary>Records newer totals of a shard.</summary>
    private static VaultState.Live WithTotals(VaultState.Live live, ShardTotals totals) =>
        live.Shards.TryGetValue(totals.Shard, out var known) && known.Version >= totals.Version
            ? live
            : live with
            {
                Shards = live.Shards.SetItem(totals.Shard, totals),
                Protection = known is null
                    ? live.Protection with { Guard = live.Protection.Guard.AddShard(totals.Shard) }
                    : live.Protection,
                Totals = live.Totals.Replace(known, totals),
            };

    private static VaultDescription Describe(VaultState.Live live) => new(
        live.Incarnation,
        live.CreatedAt,
        live.Totals.Archives,
        live.Totals.SizeBytes + (live.Totals.Archives * Limits.ArchiveOverheadBytes),
        live.Totals.ChangedAt);

    private static InventorySnapshot SnapshotOf(VaultState.Live live)
    {
        var versions = new long[live.Incarnation.Shards];
        foreach (var totals in live.Shards.Values)
        {
            versions[totals.Shard] = totals.Version;
        }

        return new InventorySnapshot(live.Incarnation, live.Totals.ChangedAt ?? live.CreatedAt, versions);
    }

    private static Intent RemoveVault(VaultIncarnation vault) => new(
        "remove/" + vault.Epoch.ToString(CultureInfo.InvariantCulture),
        new TellEntity(vault.Id.Account.Entity, new RemoveVault(vault)),
        new ConfirmVaultRemoved(vault.Epoch));

    /// <summary>Refuses a command because the vault does not exist. A caller may create the vault again right after this answer,
    /// so the answer waits until the account has unregistered it.</summary>
    private static Decision<VaultEvent> NotFound(VaultId vault) =>
        Repeat(new Refusal.VaultNotFound(vault));
}
