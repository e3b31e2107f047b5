using System.Collections.Immutable;
using OrleansUploads.Core.Deciding;

namespace OrleansUploads.Core.Vaults;

/// <content>What a vault says of its archives. Where the inventory is taken once a day, description, inventory jobs and
/// deletion all follow the last one, and the archives themselves are what they are.</content>
public sealed partial class VaultDecider
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>An inventory that is due is taken before anybody is told of it, however late housekeeping comes.</summary>
    private Decision<VaultEvent> Describe(VaultState.Live live, DateTimeOffset now) => IsDue(live, now)
        ? Accept(Describe(Taken(live, now)), new InventoryTaken(now))
        : Reply(Describe(live));

    private Decision<VaultEvent> Cut(VaultState.Live live, VaultId vault, DateTimeOffset now) =>
        IsDue(live, now) ? Accept(Cut(Taken(live, now)), new InventoryTaken(now))
        : schedule == InventorySchedule.Current || live.Inventory is not null ? Reply(Cut(live))
        : Refuse(new Refusal.InventoryNotTaken(vault));

    /// <summary>A vault is deleted only without archives and without uploads in progress, so that an upload that is
    /// completing at this moment is never lost; and only if the inventory says so, too.</summary>
    private Decision<VaultEvent> Delete(VaultState state, DeleteVault command, DateTimeOffset now)
    {
        if (state is not VaultState.Live live)
        {
            return NotFound(command.Vault);
        }

        var archives = live.Totals.Archives;
        return archives > 0 || !live.Uploads.IsEmpty
            ? Refuse(new Refusal.VaultNotEmpty(command.Vault, archives, live.Uploads.Count))
            : DueAt(live) is { } dueAt && dueAt > now
                ? Refuse(new Refusal.VaultRecentlyWrittenTo(command.Vault, dueAt))
                : Accept(new VaultDeleted(now)).Telling(RemoveVault(live.Life));
    }

    private bool IsDue(VaultState.Live live, DateTimeOffset now) => DueAt(live) <= now;

    /// <summary>When the next inventory is taken; null where nothing was written since the last.</summary>
    private DateTimeOffset? DueAt(VaultState.Live live)
    {
        if (schedule == InventorySchedule.Current || live.WrittenSince is not { } since)
        {
            return null;
        }

        var days = Math.Max(0, (since - live.CreatedAt).Ticks / Day.Ticks);
        return live.CreatedAt + (Day * (days + 1));
    }

    private ImmutableDictionary<int, ShardTotals> Inventoried(VaultState.Live live) =>
        schedule == InventorySchedule.Current ? live.Shards
        : live.Inventory?.Shards ?? ImmutableDictionary<int, ShardTotals>.Empty;

    private VaultDescription Describe(VaultState.Live live)
    {
        var isCurrent = schedule == InventorySchedule.Current;
        var totals = isCurrent ? live.Totals : live.Inventory?.Totals ?? default;
        return new VaultDescription(
            live.Life,
            live.CreatedAt,
            totals.Archives,
            totals.SizeBytes + (totals.Archives * Limits.ArchiveOverheadBytes),
            isCurrent ? totals.ChangedAt : live.Inventory?.At);
    }

    private InventoryCut Cut(VaultState.Live live)
    {
        var versions = new long[live.Life.Shards];
        foreach (var totals in Inventoried(live).Values)
        {
            versions[totals.Shard] = totals.Version;
        }

        return new InventoryCut(live.Life, Describe(live).LastInventoryAt ?? live.CreatedAt, versions);
    }

    private static VaultState.Live Taken(VaultState.Live live, DateTimeOffset at) => live with
    {
        Inventory = new VaultInventory(at, live.Shards, live.Totals),
        WrittenSince = null,
    };

    /// <summary>What a shard tells late counts from the inventory that it missed: it is in the next one.</summary>
    private static VaultState.Live Recorded(VaultState.Live live, ShardTotals totals)
    {
        if (live.Shards.TryGetValue(totals.Shard, out var known) && known.Version >= totals.Version)
        {
            return live;
        }

        var at = totals.ChangedAt < live.Inventory?.At ? live.Inventory.At : totals.ChangedAt;
        return live with
        {
            Shards = live.Shards.SetItem(totals.Shard, totals),
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

            yield return new InventoryTaken(inventory.At);
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
