namespace OrleansUploads.Simulation.Bugs;

/// <summary>Mistakes in the rules of a shard of a vault's index. Most of them bypass a lock.</summary>
internal abstract class ShardBugs : BugsOf<ArchiveShardState, ArchiveShardCommand, ArchiveShardEvent>
{
    public static IReadOnlyList<BugCase> All { get; } =
    [
        Bug("a receiver counts a repeated tell twice", 1000, right => new(right)
        {
            Decides = (state, command, time) => right.Decide(
                command is AddArchive add ? Without(state, add.Entry.Archive) : state, command, time),
        }),
        Bug("a late tell restores a deleted archive", 5000, right => new(right)
        {
            Decides = (state, command, time) => right.Decide(
                command is AddArchive { Entry.Archive: var archive } && state.Deleted.ContainsKey(archive)
                    ? Without(state, archive) with { Deleted = state.Deleted.Remove(archive) }
                    : state,
                command,
                time),
        }),
        Deletes(
            "a shard accepts deletions without facts", 1000,
            (state, _, time) => new DeletionVerdict(state.Guard, time.Now, LooksAtClock: false, LooksAtAge: false, CreatedAt: null)),
        Deletes(
            "a verdict on an archive that did not exist counts", 3000, (_, judged, _) => judged with { LooksAtAge = false }),
        Deletes(
            "a verdict from before the lock counts", 3000, (state, judged, _) => judged with { Guard = state.Guard }),
        Deletes(
            "a time ahead of the shard's clock counts", 1000,
            (_, judged, time) => judged.At > time.Now ? judged with { At = time.Now } : judged),
        Bug("a shard's snapshot forgets the guard", 5000, right => new(right)
        {
            Stores = static state => state with { Guard = 0 },
        }),
        Bug("the vault never hears of a shard's totals", 300, right => new(right)
        {
            Decides = (state, command, time) =>
            {
                var decision = right.Decide(state, command, time);
                return decision.Raising([.. decision.Intents.Where(IsNotOfTotals)]);
            },
            FindsPending = state => right.Pending(state).Where(IsNotOfTotals),
        }),
        Bug("a deletion does not wait until the vault knows of the archive", 10_000, right => new(right)
        {
            Decides = (state, command, time) => right.Decide(
                command is DeleteArchive ? state with { Undelivered = state.Undelivered.Clear() } : state, command, time),
        }),
    ];

    private static ArchiveShardState Without(ArchiveShardState state, ArchiveId archive) =>
        state with { Archives = state.Archives.RemoveAll(indexed => indexed.Entry.Archive == archive) };

    private static bool IsNotOfTotals(Intent intent) => intent.Action is not TellEntity { Command: RecordArchives };

    /// <summary>A shard that takes another verdict for the one that it was sent.</summary>
    private static BugCase Deletes(
        string name, int seeds, Func<ArchiveShardState, DeletionVerdict, ServiceTime, DeletionVerdict> judgement) =>
        Bug(name, seeds, right => new(right)
        {
            Decides = (state, command, time) => right.Decide(
                state,
                command is DeleteArchive delete ? delete with { Judgement = judgement(state, delete.Judgement, time) } : command,
                time),
        });
}
