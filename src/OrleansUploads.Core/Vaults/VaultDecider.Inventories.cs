using System.Collections.Immutable;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Settings;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Vaults;

/// <content>The rules of inventories. With a daily schedule, the vault's description, its inventory jobs and its deletion follow
/// the latest inventory instead of the current archives.</content>
public sealed partial class VaultDecider
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Describes the vault. An inventory that is due is taken first, so the answer does not depend on when the vault
    /// wakes up.</summary>
    private Decision<VaultEvent> Describe(VaultState.Live live, DateTimeOffset now) => IsInventoryDue(live, now)
        ? Accept(Describe(WithInventory(live, now)), new InventorySnapshotTaken(now))
        : Reply(Describe(live));

    private Decision<VaultEvent> TakeSnapshot(VaultState.Live live, VaultId vault, DateTimeOffset now) =>
        IsInventoryDue(live, now) ? Accept(SnapshotOf(WithInventory(live, now)), new InventorySnapshotTaken(now))
        : schedule == InventorySchedule.Current || live.Inventory is not null ? Reply(SnapshotOf(live))
        : Refuse(new Refusal.InventoryNotTaken(vault));

    private bool IsInventoryDue(VaultState.Live live, DateTimeOffset now) => InventoryDueAt(live) <= now;

    /// <summary>When the next inventory is due, or null if nothing has changed since the last one.</summary>
    private DateTimeOffset? InventoryDueAt(VaultState.Live live)
    {
        if (schedule == InventorySchedule.Current || live.WrittenSince is not { } since)
        {
            return null;
        }

        var days = Math.Max(0, (since - live.CreatedAt).Ticks / Day.Ticks);
        return live.CreatedAt + (Day * (days + 1));
    }

    private ImmutableDictionary<int, ShardTotals> InventoriedShards(VaultState.Live live) =>
        schedule == InventorySchedule.Current ? live.Shards
        : live.Inventory?.Shards ?? ImmutableDictionary<int, ShardTotals>.Empty;

    private VaultDescription Describe(VaultState.Live live)
    {
        var isCurrent = schedule == InventorySchedule.Current;
        var totals = isCurrent ? live.Totals : live.Inventory?.Totals ?? default;
        return new VaultDescription(
            live.Incarnation,
            live.CreatedAt,
            totals.Archives,
            totals.SizeBytes + (totals.Archives * Limits.ArchiveOverheadBytes),
            isCurrent ? totals.ChangedAt : live.Inventory?.At);
    }

    private InventorySnapshot SnapshotOf(VaultState.Live live)
    {
        var versions = new long[live.Incarnation.Shards];
        foreach (var totals in InventoriedShards(live).Values)
        {
            versions[totals.Shard] = totals.Version;
        }

        return new InventorySnapshot(live.Incarnation, Describe(live).LastInventoryAt ?? live.CreatedAt, versions);
    }

    private static VaultState.Live WithInventory(VaultState.Live live, DateTimeOffset at) => live with
    {
        Inventory = new VaultInventory(at, live.Shards, live.Totals),
        WrittenSince = null,
    };

    /// <summary>Records newer totals of a shard. A change that arrives after an inventory, but happened before it, belongs to the
    /// next inventory.</summary>
    private static VaultState.Live WithTotals(VaultState.Live live, ShardTotals totals)
    {
        if (live.Shards.TryGetValue(totals.Shard, out var known) && known.Version >= totals.Version)
        {
            return live;
        }

        var at = totals.ChangedAt < live.Inventory?.At ? live.Inventory.At : totals.ChangedAt;
        return live with
        {
            Shards = live.Shards.SetItem(totals.Shard, totals),
            Guard = known is null ? live.Guard.AddShard(totals.Shard) : live.Guard,
            Totals = live.Totals.Replace(known, totals),
            WrittenSince = live.WrittenSince <= at ? live.WrittenSince : at,
        };
    }

    private static IEnumerable<VaultEvent> CompactShards(VaultState.Live live)
    {
        if (live.Inventory is { } inventory)
        {
            foreach (var totals in inventory.Shards.Values.OrderBy(totals => totals.Shard))
            {
                yield return new ArchivesRecorded(totals, null);
            }

            yield return new InventorySnapshotTaken(inventory.At);
        }

        foreach (var totals in live.Shards.Values.OrderBy(totals => totals.Shard))
        {
            if (!IsInventoried(live, totals))
            {
                yield return new ArchivesRecorded(totals, null);
            }
        }
    }

    private static int CompactShardsCount(VaultState.Live live) => live.Inventory is { } inventory
        ? 1 + inventory.Shards.Count + live.Shards.Values.Count(totals => !IsInventoried(live, totals))
        : live.Shards.Count;

    private static bool IsInventoried(VaultState.Live live, ShardTotals totals) =>
        live.Inventory is { } inventory
        && inventory.Shards.TryGetValue(totals.Shard, out var known)
        && known.Version == totals.Version;
}
