namespace OrleansUploads.Simulation.Bugs;

/// <summary>Mistakes in the rules of a vault: its totals, its lock and its deletion.</summary>
internal abstract class VaultBugs : BugsOf<VaultState, VaultCommand, VaultEvent>
{
    public static IReadOnlyList<BugCase> All { get; } =
    [
        Bug("older totals replace newer ones", 5000, right => new(right)
        {
            Decides = (state, command, time) =>
                state is VaultState.Live live && command is RecordArchives record && record.Epoch == live.Incarnation.Epoch
                    ? Accept(new ArchivesRecorded(record.Totals))
                    : right.Decide(state, command, time),
            Evolves = (state, happened) =>
                right.Evolve(state, happened) is VaultState.Live live && happened is ArchivesRecorded recorded
                    ? live with { Shards = live.Shards.SetItem(recorded.Totals.Shard, recorded.Totals) }
                    : right.Evolve(state, happened),
        }),
        Bug("an earlier incarnation of a vault counts for the next", 5000, right => new(right)
        {
            Decides = (state, command, time) => right.Decide(state, OfThisLife(state, command), time),
        }),

        // Only shards that the vault knows when the lock begins are informed.
        Bug("a shard discovered after the lock is not informed", 5000, right => new(right)
        {
            Decides = (state, command, time) =>
            {
                var decision = right.Decide(state, command, time);
                return command is RecordArchives
                    ? decision.Raising([.. decision.Intents.Where(intent => intent.Action is not TellEntity { Command: UpdateGuard })])
                    : decision;
            },
            Evolves = (state, happened) => state is VaultState.Live before && happened is ArchivesRecorded
                ? (VaultState.Live)right.Evolve(state, happened) with { Protection = before.Protection }
                : right.Evolve(state, happened),
        }),
        Bug("a lock is complete before the shards know", 10_000, right => new(right)
        {
            Decides = (state, command, time) => command is CompleteLock
                ? right.Decide(state, command, time).AnsweringAtOnce()
                : right.Decide(state, command, time),
        }),

        // A second lock, after an aborted one, does not raise the guard.
        Bug("a second lock raises no guard", 5000, right => new(right)
        {
            Decides = (state, command, time) =>
                state is VaultState.Live { Protection.Guard.Generation: > 0 } && command is InitiateLock
                    ? right.Decide(state, command, time).Raising()
                    : right.Decide(state, command, time),
            Evolves = (state, happened) =>
            {
                var after = right.Evolve(state, happened);
                return after is VaultState.Live live && happened is VaultLockInitiated
                    && state is VaultState.Live { Protection.Guard: { Generation: > 0 } guard }
                        ? live with { Protection = live.Protection with { Guard = guard } }
                        : after;
            },
        }),
    ];

    /// <summary>Totals of a shard, as if they were of this incarnation of the vault.</summary>
    private static VaultCommand OfThisLife(VaultState state, VaultCommand command) =>
        state is VaultState.Live live && command is RecordArchives record ? record with { Epoch = live.Incarnation.Epoch } : command;
}
