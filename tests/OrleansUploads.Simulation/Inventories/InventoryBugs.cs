using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Simulation.Bugs;

using JobsMistake = OrleansUploads.TestKit.Mistake<
    OrleansUploads.Core.Jobs.JobsState,
    OrleansUploads.Core.Jobs.JobsCommand,
    OrleansUploads.Core.Jobs.JobsEvent>;
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
internal abstract class InventoryBugs : Rules<JobsEvent>
{
    public static IReadOnlyList<BugCase> All { get; } =
    [
        Case("an inventory lists the archives of now", 100, () => VaultBugs.PlantInShard(ListsNow)),
        Case("a shard remembers deletions only as long as an output", 1000, () => VaultBugs.PlantInShard(rules => new ForgetsEarly(rules))),
        Jobs("a repeated measurement is recorded again", 1000, right => new(right)
        {
            Decides = (state, command, time) =>
                command is ConfirmInventoryMeasured { Output: { } output } confirm
                && state.ById.GetValueOrDefault(confirm.Job) is InventoryJob known
                    ? Accept(new InventoryMeasured(known.Job, output, known.ReadyAt))
                    : right.Decide(state, command, time),
            Evolves = (state, happened) =>
                happened is InventoryMeasured again && state.ById.GetValueOrDefault(again.Job) is not UnmeasuredInventory
                    ? state
                    : right.Evolve(state, happened),
        }),
        Jobs("an expired job is measured", 1000, right => new(right)
        {
            Decides = (state, command, time) =>
                command is ConfirmInventoryMeasured { Output: { } output } confirm
                && state.ById.GetValueOrDefault(confirm.Job) is UnmeasuredInventory begun
                    ? Accept(new InventoryMeasured(begun.Job, output, begun.ReadyAt > time.Now ? begun.ReadyAt : time.Now))
                    : right.Decide(state, command, time),
        }),
        Jobs("a job without its output is finished", 100, right => new(right)
        {
            Decides = (state, command, time) =>
                command is FindFinishedJob find && state.ById.GetValueOrDefault(find.Job) is UnmeasuredInventory begun
                    ? Reply(begun)
                    : right.Decide(state, command, time),
        }),
        Jobs("a snapshot lacks the unmeasured jobs", 300, right => new(right)
        {
            Compacts = state => right.Compact(state).Where(happened => happened is not InventoryBegun),
        }),
        Jobs("a measurement is not repeated after a crash", 300, right => new(right)
        {
            FindsPending = state => right.Pending(state).Where(intent => intent.Action is not MeasureInventory),
        }),
        Jobs("the day of an output begins with its job", 1000, right => new(right)
        {
            Evolves = (state, happened) => right.Evolve(
                state,
                happened is InventoryMeasured measured && state.ById.GetValueOrDefault(measured.Job) is { } begun
                    ? measured with { ReadyAt = begun.ReadyAt }
                    : happened),
        }),
        Jobs("a repeated start begins another job", 300, right => new(right)
        {
            Decides = (state, command, time) => right.Decide(
                command is BeginInventory begin ? state with { ById = state.ById.Remove(begin.Job) } : state, command, time),
        }),
    ];

    private static BugCase Jobs(string name, int seeds, Func<JobsRules, JobsMistake> mistake) =>
        Case(name, seeds, () => LockBugs.PlantInJobs(mistake));

    private static BugCase Case(string name, int seeds, Func<PlantedBug> plant) => new(name, seeds, plant)
    {
        Play = (seed, bug) => InventorySimulation.Run(seed, bug).Violation,
    };

    private static ShardRules ListsNow(ShardRules right) => new Mistake<ArchiveShardState, ArchiveShardCommand, ArchiveShardEvent>(right)
    {
        Decides = (state, command, time) =>
            right.Decide(state, command is ListArchives list ? list with { Version = state.Totals.Version } : command, time),
    };

    /// <summary>As if every output had been measured when its job began.</summary>
    private sealed class ForgetsEarly(ShardRules right) : OtherRules<ArchiveShardState, ArchiveShardCommand, ArchiveShardEvent>(right)
    {
        private static readonly TimeSpan Life = Limits.JobOutputLife + TimeSpan.FromHours(1);

        public override DateTimeOffset? WakeAt(ArchiveShardState state, ServiceTime time) =>
            state.Deleted.Values.Where(deleted => deleted.Released).Select(deleted => deleted.DeletedAt + Life)
                .OrderBy(due => due).Select(due => (DateTimeOffset?)due).FirstOrDefault();

        public override Decision<ArchiveShardEvent> Wake(ArchiveShardState state, ServiceTime time) =>
            WakeAt(state, time) <= time.Now ? Accept(new DeletionsForgotten(time.Now - Life)) : Nothing;
    }
}
