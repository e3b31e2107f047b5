using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Vaults;

using ShardRules = OrleansUploads.Core.Deciding.Decider<
    OrleansUploads.Core.Archives.ArchiveShardState,
    OrleansUploads.Core.Archives.ArchiveShardCommand,
    OrleansUploads.Core.Archives.ArchiveShardEvent>;
using VaultRules = OrleansUploads.Core.Deciding.Decider<
    OrleansUploads.Core.Vaults.VaultState,
    OrleansUploads.Core.Vaults.VaultCommand,
    OrleansUploads.Core.Vaults.VaultEvent>;

namespace OrleansUploads.Simulation.Bugs;

/// <summary>Mistakes in the rules of a vault and of its index.</summary>
internal static class VaultBugs
{
    public static PlantedBug Plant(Func<VaultRules, VaultRules> rules) => new RulesBug<VaultState, VaultCommand, VaultEvent>(rules);

    public static PlantedBug PlantInShard(Func<ShardRules, ShardRules> rules) =>
        new RulesBug<ArchiveShardState, ArchiveShardCommand, ArchiveShardEvent>(rules);

    /// <summary>The receiver counts a repeated message again.</summary>
    internal sealed class ArchiveAddedTwice(ShardRules right) : OtherRules<ArchiveShardState, ArchiveShardCommand, ArchiveShardEvent>(right)
    {
        public override Decision<ArchiveShardEvent> Decide(ArchiveShardState state, ArchiveShardCommand command, ServiceTime time) =>
            command is AddArchive add
                ? Right.Decide(state with { Archives = state.Archives.Remove(add.Entry.Archive) }, command, time)
                : Right.Decide(state, command, time);
    }

    internal sealed class DeletedArchiveComesBack(ShardRules right)
        : OtherRules<ArchiveShardState, ArchiveShardCommand, ArchiveShardEvent>(right)
    {
        public override Decision<ArchiveShardEvent> Decide(ArchiveShardState state, ArchiveShardCommand command, ServiceTime time) =>
            command is AddArchive { Entry.Archive: var archive } && state.Deleted.ContainsKey(archive)
                ? Right.Decide(
                    state with { Archives = state.Archives.Remove(archive), Deleted = state.Deleted.Remove(archive) },
                    command,
                    time)
                : Right.Decide(state, command, time);
    }

    internal sealed class FormerLifeCounts(VaultRules right) : OtherRules<VaultState, VaultCommand, VaultEvent>(right)
    {
        public override Decision<VaultEvent> Decide(VaultState state, VaultCommand command, ServiceTime time) =>
            state is VaultState.Live live && command is RecordArchives record
                ? Right.Decide(state, record with { Epoch = live.Incarnation.Epoch }, time)
                : Right.Decide(state, command, time);
    }

    internal sealed class OlderTotalsCount(VaultRules right) : OtherRules<VaultState, VaultCommand, VaultEvent>(right)
    {
        public override VaultState Evolve(VaultState state, VaultEvent happened) =>
            Right.Evolve(state, happened) is VaultState.Live live && happened is ArchivesRecorded recorded
                ? live with { Shards = live.Shards.SetItem(recorded.Totals.Shard, recorded.Totals) }
                : Right.Evolve(state, happened);

        public override Decision<VaultEvent> Decide(VaultState state, VaultCommand command, ServiceTime time) =>
            state is VaultState.Live live && command is RecordArchives record && record.Epoch == live.Incarnation.Epoch
                ? Accept(new ArchivesRecorded(record.Totals, record.ClosedUpload))
                : Right.Decide(state, command, time);
    }
}
