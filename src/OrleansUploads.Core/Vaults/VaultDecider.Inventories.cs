using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Vaults;

/// <content>The vault's inventory, which changes with every archive: its description, and the totals that the shards report.</content>
public sealed partial class VaultDecider
{
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

    /// <summary>Records newer totals of a shard.</summary>
    private static VaultState.Live WithTotals(VaultState.Live live, ShardTotals totals) =>
        live.Shards.TryGetValue(totals.Shard, out var known) && known.Version >= totals.Version
            ? live
            : live with
            {
                Shards = live.Shards.SetItem(totals.Shard, totals),
                Guard = known is null ? live.Guard.AddShard(totals.Shard) : live.Guard,
                Totals = live.Totals.Replace(known, totals),
            };

    private static IEnumerable<VaultEvent> CompactShards(VaultState.Live live) =>
        live.Shards.Values.OrderBy(static totals => totals.Shard).Select(static totals => new ArchivesRecorded(totals, null));
}
