using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Simulation.Bugs;

using JobsRules = OrleansUploads.Core.Deciding.Decider<
    OrleansUploads.Core.Jobs.JobsState,
    OrleansUploads.Core.Jobs.JobsCommand,
    OrleansUploads.Core.Jobs.JobsEvent>;
using ShardRules = OrleansUploads.Core.Deciding.Decider<
    OrleansUploads.Core.Archives.ArchiveShardState,
    OrleansUploads.Core.Archives.ArchiveShardCommand,
    OrleansUploads.Core.Archives.ArchiveShardEvent>;

namespace OrleansUploads.Simulation.Inventories;

/// <summary>Mistakes in the rules of inventory jobs. The simulation must notice each of them.</summary>
internal static class InventoryBugs
{
    public static IReadOnlyList<BugCase> All { get; } =
    [
        Case("an inventory lists the archives of now", 100, () => VaultBugs.PlantInShard(rules => new ListsNow(rules))),
        Case("a shard remembers deletions only as long as an output", 1000, () => VaultBugs.PlantInShard(rules => new ForgetsEarly(rules))),
        Case("a repeated measurement is recorded again", 1000, () => LockBugs.PlantInJobs(rules => new MeasuresAgain(rules))),
        Case("an expired job is measured", 1000, () => LockBugs.PlantInJobs(rules => new MeasuresExpired(rules))),
        Case("a job without its output is finished", 100, () => LockBugs.PlantInJobs(rules => new FinishesUnmeasured(rules))),
        Case("a snapshot lacks the unmeasured jobs", 300, () => LockBugs.PlantInJobs(rules => new SnapshotWithoutUnmeasured(rules))),
        Case("a measurement is not repeated after a crash", 300, () => LockBugs.PlantInJobs(rules => new NeverMeasuresAgain(rules))),
        Case("the day of an output begins with its job", 1000, () => LockBugs.PlantInJobs(rules => new CountsFromBegin(rules))),
        Case("a repeated start begins another job", 300, () => LockBugs.PlantInJobs(rules => new StartsAgain(rules))),
    ];

    private static BugCase Case(string name, int seeds, Func<PlantedBug> plant) => new(name, seeds, plant)
    {
        Play = (seed, bug) => InventorySimulation.Run(seed, bug).Violation,
    };

    private abstract class JobsMistake(JobsRules right) : OtherRules<JobsState, JobsCommand, JobsEvent>(right);

    private abstract class ShardMistake(ShardRules right) : OtherRules<ArchiveShardState, ArchiveShardCommand, ArchiveShardEvent>(right);

    private sealed class ListsNow(ShardRules right) : ShardMistake(right)
    {
        public override Decision<ArchiveShardEvent> Decide(ArchiveShardState state, ArchiveShardCommand command, ServiceTime time) =>
            Right.Decide(state, command is ListArchives list ? list with { Version = state.Totals.Version } : command, time);
    }

    /// <summary>As if every output had been measured when its job began.</summary>
    private sealed class ForgetsEarly(ShardRules right) : ShardMistake(right)
    {
        private static readonly TimeSpan Life = Limits.JobOutputLife + TimeSpan.FromHours(1);

        public override DateTimeOffset? WakeAt(ArchiveShardState state, ServiceTime time) =>
            state.Deleted.Values.Where(deleted => deleted.Released).Select(deleted => deleted.DeletedAt + Life)
                .OrderBy(due => due).Select(due => (DateTimeOffset?)due).FirstOrDefault();

        public override Decision<ArchiveShardEvent> Wake(ArchiveShardState state, ServiceTime time) =>
            WakeAt(state, time) <= time.Now ? Accept(new DeletionsForgotten(time.Now - Life)) : Nothing;
    }

    private sealed class MeasuresAgain(JobsRules right) : JobsMistake(right)
    {
        public override Decision<JobsEvent> Decide(JobsState state, JobsCommand command, ServiceTime time) =>
            command is ConfirmInventoryMeasured { Output: { } output } confirm
            && state.ById.GetValueOrDefault(confirm.Job) is InventoryJob known
                ? Accept(new InventoryMeasured(known.Job, output, known.ReadyAt))
                : Right.Decide(state, command, time);

        public override JobsState Evolve(JobsState state, JobsEvent happened) =>
            happened is InventoryMeasured again && state.ById.GetValueOrDefault(again.Job) is not UnmeasuredInventory
                ? state
                : Right.Evolve(state, happened);
    }

    private sealed class MeasuresExpired(JobsRules right) : JobsMistake(right)
    {
        public override Decision<JobsEvent> Decide(JobsState state, JobsCommand command, ServiceTime time) =>
            command is ConfirmInventoryMeasured { Output: { } output } confirm
            && state.ById.GetValueOrDefault(confirm.Job) is UnmeasuredInventory begun
                ? Accept(new InventoryMeasured(begun.Job, output, begun.ReadyAt > time.Now ? begun.ReadyAt : time.Now))
                : Right.Decide(state, command, time);
    }

    private sealed class FinishesUnmeasured(JobsRules right) : JobsMistake(right)
    {
        public override Decision<JobsEvent> Decide(JobsState state, JobsCommand command, ServiceTime time) =>
            command is FindFinishedJob find && state.ById.GetValueOrDefault(find.Job) is UnmeasuredInventory begun
                ? Reply(begun)
                : Right.Decide(state, command, time);
    }

    private sealed class SnapshotWithoutUnmeasured(JobsRules right) : JobsMistake(right)
    {
        public override IEnumerable<JobsEvent> Compact(JobsState state) =>
            Right.Compact(state).Where(happened => happened is not InventoryBegun);
    }

    private sealed class NeverMeasuresAgain(JobsRules right) : JobsMistake(right)
    {
        public override IEnumerable<Intent> Pending(JobsState state) =>
            Right.Pending(state).Where(intent => intent.Action is not MeasureInventory);
    }

    private sealed class CountsFromBegin(JobsRules right) : JobsMistake(right)
    {
        public override JobsState Evolve(JobsState state, JobsEvent happened) => Right.Evolve(
            state,
            happened is InventoryMeasured measured && state.ById.GetValueOrDefault(measured.Job) is { } begun
                ? measured with { ReadyAt = begun.ReadyAt }
                : happened);
    }

    private sealed class StartsAgain(JobsRules right) : JobsMistake(right)
    {
        public override Decision<JobsEvent> Decide(JobsState state, JobsCommand command, ServiceTime time) => Right.Decide(
            command is BeginInventory begin ? state with { ById = state.ById.Remove(begin.Job) } : state, command, time);
    }
}
