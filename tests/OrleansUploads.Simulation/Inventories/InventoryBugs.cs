namespace OrleansUploads.Simulation.Inventories;

/// <summary>Mistakes in the rules of inventory jobs. The simulation must notice each of them.</summary>
internal static class InventoryBugs
{
    public static IEnumerable<BugCase> All => OfShards.All.Concat(OfJobs.All).Select(
        bug => bug with { Play = (seed, plant) => InventorySimulation.Run(seed, plant).Violation });

    private abstract class OfShards : BugsOf<ArchiveShardState, ArchiveShardCommand, ArchiveShardEvent>
    {
        private static readonly TimeSpan OutputLife = Limits.JobOutputLife + TimeSpan.FromHours(1);

        public static BugCase[] All { get; } =
        [
            Bug("an inventory lists the archives of now", 100, right => new(right)
            {
                Decides = (state, command, time) =>
                    right.Decide(state, command is ListArchives list ? list with { Version = state.Totals.Version } : command, time),
            }),

            // As if every output had been measured when its job began.
            Bug("a shard remembers deletions only as long as an output", 1000, right => new(right)
            {
                FindsWake = (state, _) => FirstDue(state),
                Wakes = (state, time) => FirstDue(state) <= time.Now ? Accept(new DeletionsForgotten(time.Now - OutputLife)) : Nothing,
            }),
        ];

        private static DateTimeOffset? FirstDue(ArchiveShardState state) =>
            state.Deleted.Values.Where(deleted => deleted.Released).Select(deleted => deleted.DeletedAt + OutputLife)
                .OrderBy(due => due).Select(due => (DateTimeOffset?)due).FirstOrDefault();
    }

    private abstract class OfJobs : BugsOf<JobsState, JobsCommand, JobsEvent>
    {
        public static BugCase[] All { get; } =
        [
            Bug("a repeated measurement is recorded again", 1000, right => new(right)
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
            Bug("an expired job is measured", 4000, right => new(right)
            {
                Decides = (state, command, time) =>
                    command is ConfirmInventoryMeasured { Output: { } output } confirm
                    && state.ById.GetValueOrDefault(confirm.Job) is UnmeasuredInventory begun
                        ? Accept(new InventoryMeasured(begun.Job, output, begun.ReadyAt > time.Now ? begun.ReadyAt : time.Now))
                        : right.Decide(state, command, time),
            }),
            Bug("a job without its output is finished", 100, right => new(right)
            {
                Decides = (state, command, time) =>
                    command is FindFinishedJob find && state.ById.GetValueOrDefault(find.Job) is UnmeasuredInventory begun
                        ? Reply(begun)
                        : right.Decide(state, command, time),
            }),
            Bug("a snapshot lacks the unmeasured jobs", 300, right => new(right)
            {
                Stores = static state =>
                {
                    var stored = state.ToStored();
                    return JobsState.FromStored(stored with { Jobs = [.. stored.Jobs.Where(static job => job is not UnmeasuredInventory)] });
                },
            }),
            Bug("a measurement is not repeated after a crash", 300, right => new(right)
            {
                FindsPending = state => right.Pending(state).Where(intent => intent.Action is not MeasureInventory),
            }),
            Bug("the day of an output begins with its job", 1000, right => new(right)
            {
                Evolves = (state, happened) => right.Evolve(
                    state,
                    happened is InventoryMeasured measured && state.ById.GetValueOrDefault(measured.Job) is { } begun
                        ? measured with { ReadyAt = begun.ReadyAt }
                        : happened),
            }),
            Bug("a repeated start begins another job", 300, right => new(right)
            {
                Decides = (state, command, time) => right.Decide(
                    command is BeginInventory begin ? state with { ById = state.ById.Remove(begin.Job) } : state, command, time),
            }),
        ];
    }
}
