namespace OrleansUploads.Simulation.Bugs;

/// <summary>Mistakes in the rules of a vault: its totals, its lock, its uploads and its deletion.</summary>
internal abstract class VaultBugs : BugsOf<VaultState, VaultCommand, VaultEvent>
{
    public static IReadOnlyList<BugCase> All { get; } =
    [
        Bug("older totals replace newer ones", 5000, right => new(right)
        {
            Decides = (state, command, time) =>
                state is VaultState.Live live && command is RecordArchives record && record.Epoch == live.Incarnation.Epoch
                    ? Accept(new ArchivesRecorded(record.Totals, record.ClosedUpload))
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
                    ? decision.Telling([.. decision.Intents.Where(intent => intent.Action is not TellEntity { Command: UpdateGuard })])
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
                    ? right.Decide(state, command, time).Telling()
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
        Bug("open uploads prevent the deletion of a vault", 1000, right => new(right)
        {
            Decides = (state, command, time) => state is VaultState.Live { Admissions.Open: > 0 } && command is DeleteVault delete
                ? Refuse(new Refusal.VaultNotEmpty(delete.Vault, 0))
                : right.Decide(state, command, time),
        }),
        Bug("the deletion of a vault forgets its pages", 1000, right => new(right)
        {
            Evolves = (state, happened) => WithEndings(
                right.Evolve(state, happened), happened, endings => endings with { Pages = VaultEndings.None.Pages }),
        }),
        Bug("the deletion of a vault forgets uploads that are being opened", 5000, right => new(right)
        {
            Evolves = (state, happened) => WithEndings(
                right.Evolve(state, happened), happened, endings => endings with { Held = VaultEndings.None.Held }),
        }),

        // The new vault of the same name keeps the uploads of the old one open and lists their archives.
        Bug("a vault that is created again adopts the old uploads", 1000, right => new(right)
        {
            Decides = (state, command, time) => right.Decide(state, OfThisLife(state, command), time),
            Evolves = (state, happened) => WithEndings(right.Evolve(state, happened), happened, _ => VaultEndings.None),
        }),

        // The vault counts messages instead of using the page's number.
        Bug("a vault counts a repeated closing twice", 5000, right => new(right)
        {
            Decides = (state, command, time) =>
                state is VaultState.Live live && command is RecordUploadPage record && record.Epoch == live.Incarnation.Epoch
                    ? Accept(new ClosingsRecorded(record.Page, live.Admissions.CountsOf(record.Page).Closed + 1))
                    : right.Decide(state, command, time),
        }),

        // A closing is confirmed before the page has recorded it.
        Bug("a completed upload stays on its page", 300, right => new(right)
        {
            Decides = (state, command, time) =>
                right.Decide(state, command is RecordArchives record ? record with { ClosedUpload = null } : command, time),
        }),
        Bug("the limit of uploads is decided from a stale count", 1000, right => new(right)
        {
            Decides = (state, command, time) => right.Decide(
                state is VaultState.Live live && command is OpenUpload && live.Admissions.Open > 0
                    ? live with { Admissions = live.Admissions with { Open = live.Admissions.Open - 1 } }
                    : state,
                command,
                time),
        }),

        // The list continues with the page after the marker's page.
        Bug("a list of uploads skips a page behind its marker", 1000, right => new(right)
        {
            Decides = (state, command, time) =>
            {
                var decision = right.Decide(state, command, time);
                return decision.Answer is UploadPagesFound found && command is FindUploadPages { After: not "" }
                    ? Reply(found with { Pages = [.. found.Pages.Skip(1)] })
                    : decision;
            },
        }),
    ];

    /// <summary>Totals of a shard, as if they were of this incarnation of the vault.</summary>
    private static VaultCommand OfThisLife(VaultState state, VaultCommand command) =>
        state is VaultState.Live live && command is RecordArchives record ? record with { Epoch = live.Incarnation.Epoch } : command;

    /// <summary>Changes what a vault that has just been deleted has to end.</summary>
    private static VaultState WithEndings(VaultState after, VaultEvent happened, Func<VaultEndings, VaultEndings> change) =>
        after is VaultState.Deleted deleted && happened is VaultDeleted ? deleted with { Endings = change(deleted.Endings) } : after;
}
