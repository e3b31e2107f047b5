using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Vaults;

using JobsRules = OrleansUploads.Core.Deciding.Decider<
    OrleansUploads.Core.Jobs.JobsState,
    OrleansUploads.Core.Jobs.JobsCommand,
    OrleansUploads.Core.Jobs.JobsEvent>;
using ShardRules = OrleansUploads.Core.Deciding.Decider<
    OrleansUploads.Core.Archives.ArchiveShardState,
    OrleansUploads.Core.Archives.ArchiveShardCommand,
    OrleansUploads.Core.Archives.ArchiveShardEvent>;
using VaultRules = OrleansUploads.Core.Deciding.Decider<
    OrleansUploads.Core.Vaults.VaultState,
    OrleansUploads.Core.Vaults.VaultCommand,
    OrleansUploads.Core.Vaults.VaultEvent>;

namespace OrleansUploads.Simulation.Bugs;

/// <summary>Mistakes that bypass a lock, or delete bytes that a job still needs.</summary>
internal static class LockBugs
{
    public static PlantedBug PlantInJobs(Func<JobsRules, JobsRules> rules) => new RulesBug<JobsState, JobsCommand, JobsEvent>(rules);

    /// <summary>A shard that evaluates deletions incorrectly.</summary>
    internal sealed class Deletes(
        ShardRules right,
        Func<ArchiveShardState, DeletionVerdict, ServiceTime, DeletionVerdict> judgement,
        Func<ArchiveShardState, ArchiveShardState>? state = null)
        : OtherRules<ArchiveShardState, ArchiveShardCommand, ArchiveShardEvent>(right)
    {
        public override Decision<ArchiveShardEvent> Decide(ArchiveShardState now, ArchiveShardCommand command, ServiceTime time) =>
            command is DeleteArchive delete
                ? Right.Decide(
                    state?.Invoke(now) ?? now, delete with { Judgement = judgement(now, delete.Judgement, time) }, time)
                : Right.Decide(now, command, time);
    }

    internal sealed class SnapshotWithoutGuard(ShardRules right)
        : OtherRules<ArchiveShardState, ArchiveShardCommand, ArchiveShardEvent>(right)
    {
        public override IEnumerable<ArchiveShardEvent> Compact(ArchiveShardState state) =>
            Right.Compact(state).Where(happened => happened is not GuardUpdated);
    }

    /// <summary>Only shards that the vault knows when the lock begins are informed.</summary>
    internal sealed class LaterShardsNotTold(VaultRules right) : OtherRules<VaultState, VaultCommand, VaultEvent>(right)
    {
        public override VaultState Evolve(VaultState state, VaultEvent happened) =>
            state is VaultState.Live before && happened is ArchivesRecorded
                ? (VaultState.Live)Right.Evolve(state, happened) with { Protection = before.Protection }
                : Right.Evolve(state, happened);

        public override Decision<VaultEvent> Decide(VaultState state, VaultCommand command, ServiceTime time) =>
            command is RecordArchives && Right.Decide(state, command, time) is var decision
                ? decision.Telling([.. decision.Intents.Where(
                    intent => intent.Action is not TellEntity { Command: UpdateGuard })])
                : Right.Decide(state, command, time);
    }

    internal sealed class CompleteDoesNotWait(VaultRules right) : OtherRules<VaultState, VaultCommand, VaultEvent>(right)
    {
        public override Decision<VaultEvent> Decide(VaultState state, VaultCommand command, ServiceTime time) =>
            command is CompleteLock ? Right.Decide(state, command, time).AnsweringAtOnce() : Right.Decide(state, command, time);
    }

    /// <summary>A second lock, after an aborted one, does not raise the guard.</summary>
    internal sealed class GuardRaisedOnce(VaultRules right) : OtherRules<VaultState, VaultCommand, VaultEvent>(right)
    {
        public override VaultState Evolve(VaultState state, VaultEvent happened)
        {
            var after = Right.Evolve(state, happened);
            return after is VaultState.Live live && happened is VaultLockInitiated
                && state is VaultState.Live { Protection.Guard: { Generation: > 0 } guard }
                    ? live with { Protection = live.Protection with { Guard = guard } }
                    : after;
        }

        public override Decision<VaultEvent> Decide(VaultState state, VaultCommand command, ServiceTime time) =>
            state is VaultState.Live { Protection.Guard.Generation: > 0 } && command is InitiateLock
                ? Right.Decide(state, command, time).Telling()
                : Right.Decide(state, command, time);
    }

    internal sealed class RetiredIsRetrieved(JobsRules right) : OtherRules<JobsState, JobsCommand, JobsEvent>(right)
    {
        public override Decision<JobsEvent> Decide(JobsState state, JobsCommand command, ServiceTime time) =>
            Right.Decide(
                command is StartRetrieval ? state with { Retired = RetiredArchives.None } : state, command, time);
    }

    internal sealed class OldLookupsCount(JobsRules right) : OtherRules<JobsState, JobsCommand, JobsEvent>(right)
    {
        public override Decision<JobsEvent> Decide(JobsState state, JobsCommand command, ServiceTime time) =>
            Right.Decide(
                state,
                command is StartRetrieval start ? start with { Retirements = long.MaxValue } : command,
                time);
    }

    internal sealed class ReleasesInSpiteOfJobs(JobsRules right) : OtherRules<JobsState, JobsCommand, JobsEvent>(right)
    {
        public override Decision<JobsEvent> Decide(JobsState state, JobsCommand command, ServiceTime time) =>
            Right.Decide(
                command is RetireArchive ? state with { LastExpiry = state.LastExpiry.Clear() } : state, command, time);
    }
}
