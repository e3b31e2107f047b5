using static OrleansUploads.Simulation.Bugs.RunnerBugs;
using static OrleansUploads.Simulation.Bugs.UploadBugs;
using static OrleansUploads.Simulation.Bugs.VaultBugs;

namespace OrleansUploads.Simulation.Bugs;

/// <summary>One mistake, and within how many seeds it must be noticed.</summary>
internal sealed record BugCase(string Name, int Seeds, Func<PlantedBug> Plant);

/// <summary>The teeth of the simulation: every mistake here must be noticed.</summary>
internal static class BugTable
{
    public static IReadOnlyList<BugCase> All { get; } =
    [
        new("a reply before its events are durable", 300, () => new Plant(runner => new RepliesBeforeDurable(runner))),
        new("no fence: any expected version will do", 300, () => new JournalBugs.NoFence()),
        new("a conflict is taken for success", 300, () => new Plant(runner => new TakesConflictForDone(runner))),
        new("a write of unknown outcome is taken for success", 300, () => new Plant(runner => new TakesUnknownForDone(runner))),
        new("intents are not delivered again after a crash", 300, () => new Plant(runner => new ForgetsIntentsOnLoad(runner))),
        new("a tell that failed is never told again", 300, () => new Plant(runner => new NeverTellsAgain(runner))),
        new("nobody is woken", 300, () => new JournalBugs.NoWakes()),
        new("an overtaken host answers from memory", 1000, () => new JournalBugs.LooksAtMemory()),
        new("a torn tail is accepted", 1000, () => new JournalBugs.TornTailAccepted()),
        new("a part is acknowledged before its bytes are durable", 1000, () => new PartStoreBugs.CommitNotAwaited()),
        new("damaged bytes are handed out", 5000, () => new PartStoreBugs.DamageHandedOut()),
        new("the manifest is written after the index", 1000, () => new Plant(runner => new IndexesBeforeManifest(runner))),
        new("a repeated complete is answered before the delivery", 5000, () => UploadBugs.Plant(rules => new RepeatAnsweredAtOnce(rules))),
        new("a complete is answered before the index has the archive", 1000, () => UploadBugs.Plant(rules => new AnsweredBeforeIndexed(rules))),
        new("the archive ID is drawn, not derived", 300, () => UploadBugs.Plant(rules => new DrawnArchiveId(rules))),
        new("the tree hash pairs odd nodes with themselves", 300, () => UploadBugs.Plant(rules => new OddNodesPairedWithThemselves(rules))),
        new("the first attempt at a slot stays the part", 300, () => UploadBugs.Plant(rules => new FirstAttemptStays(rules))),
        new("a snapshot misses a part", 300, () => UploadBugs.Plant(rules => new SnapshotWithoutLastPart(rules))),
        new("an expired upload still accepts parts", 2000, () => UploadBugs.Plant(rules => new ExpiredStillAccepts(rules))),
        new("an abort is answered after the completion", 300, () => UploadBugs.Plant(rules => new AbortAnsweredAfterCompletion(rules))),
        new("a short middle part is completed", 10_000, () => UploadBugs.Plant(rules => new ShortMiddlePartTaken(rules))),
        new("collection forgets its fence", 2000, () => UploadBugs.Plant(rules => new FenceNotKept(rules))),
        new("collection has no grace", 1000, () => new CollectorBugs.NoGrace()),
        new("collection does not ask the owner", 300, () => new CollectorBugs.DoesNotAsk()),
        new("a receiver counts what it is told twice", 1000, () => PlantInShard(rules => new ArchiveAddedTwice(rules))),
        new("a deleted archive comes back with a late tell", 5000, () => PlantInShard(rules => new DeletedArchiveComesBack(rules))),
        new("older totals replace newer ones", 5000, () => VaultBugs.Plant(rules => new OlderTotalsCount(rules))),
        new("a vault's former life counts for the next", 5000, () => VaultBugs.Plant(rules => new FormerLifeCounts(rules))),
        new("a vault is deleted with open uploads in it", 1000, () => VaultBugs.Plant(rules => new DeletedWithOpenUploads(rules))),
    ];

    /// <summary>How many seeds it takes until the mistake is noticed; null if it is not within its bound.</summary>
    public static (int Seeds, Outcome Failure)? Hunt(BugCase bug)
    {
        var coverage = new Coverage();
        for (var seed = 1; seed <= bug.Seeds; seed++)
        {
            if (Simulation.Run((ulong)seed, coverage, bug.Plant) is { Violation: not null } failure)
            {
                return (seed, failure);
            }
        }

        return null;
    }
}
