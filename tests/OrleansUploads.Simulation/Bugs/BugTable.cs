using OrleansUploads.Core.Archives;
using OrleansUploads.Simulation.Inventories;
using OrleansUploads.Simulation.Objects;
using static OrleansUploads.Simulation.Bugs.DeletionBugs;
using static OrleansUploads.Simulation.Bugs.LockBugs;
using static OrleansUploads.Simulation.Bugs.PageBugs;
using static OrleansUploads.Simulation.Bugs.RunnerBugs;
using static OrleansUploads.Simulation.Bugs.UploadBugs;
using static OrleansUploads.Simulation.Bugs.VaultBugs;

namespace OrleansUploads.Simulation.Bugs;

/// <summary>A planted bug, and the number of seeds within which it must be found.</summary>
internal sealed record BugCase(string Name, int Seeds, Func<PlantedBug> Plant)
{
    /// <summary>Plays a seed with a bug and returns the promise that was broken, or null.</summary>
    public Func<ulong, Func<PlantedBug>, string?> Play { get; init; } =
        (seed, bug) => Simulation.Run(seed, new Coverage(), bug).Violation;

    /// <summary>Number of seeds until the bug is found, and the promise that it breaks, or null if it is not found within its
    /// bound.</summary>
    public (int Seeds, string Violation)? Hunt()
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            if (Play((ulong)seed, Plant) is { } violation)
            {
                return (seed, violation);
            }
        }

        return null;
    }
}

/// <summary>The planted bugs of all schedules. The simulation must notice each of them.</summary>
internal static class BugTable
{
    public static IReadOnlyList<BugCase> All { get; } =
    [
        new("a reply before its events are durable", 300, () => new Plant(runner => new RepliesBeforeDurable(runner))),
        new("no fence: every expected version is accepted", 300, () => new JournalBugs.NoFence()),
        new("a conflict is treated as success", 300, () => new Plant(runner => new TakesConflictForDone(runner))),
        new("every entity is taken for a new one", 300, () => new Plant(runner => new TakesEveryEntityForNew(runner))),
        new("a write with unknown outcome is treated as success", 300, () => new Plant(runner => new TakesUnknownForDone(runner))),
        new("intents are not delivered again after a crash", 300, () => new Plant(runner => new ForgetsIntentsOnLoad(runner))),
        new("a failed tell is never retried", 300, () => new Plant(runner => new NeverTellsAgain(runner))),
        new("no entity is woken", 300, () => new JournalBugs.NoWakes()),
        new("a stale host answers from memory", 1000, () => new JournalBugs.LooksAtMemory()),
        new("a torn tail is accepted", 1000, () => new JournalBugs.TornTailAccepted()),
        new("a part is acknowledged before its bytes are durable", 1000, () => new PartStoreBugs.CommitNotAwaited()),
        new("damaged bytes are returned", 5000, () => new PartStoreBugs.DamageHandedOut()),
        new("the manifest is written after the index", 1000, () => new Plant(runner => new IndexesBeforeManifest(runner))),
        new("a repeated complete is answered before the delivery", 5000, () => UploadBugs.Plant(rules => new RepeatAnsweredAtOnce(rules))),
        new("a complete is answered before the index has the archive", 1000, () => UploadBugs.Plant(rules => new AnsweredBeforeIndexed(rules))),
        new("the archive ID is random, not derived", 300, () => UploadBugs.Plant(rules => new DrawnArchiveId(rules))),
        new("the tree hash pairs odd nodes with themselves", 300, () => UploadBugs.Plant(rules => new OddNodesPairedWithThemselves(rules))),
        new("the first attempt for a slot stays the part", 300, () => UploadBugs.Plant(rules => new FirstAttemptStays(rules))),
        new("a snapshot lacks a part", 300, () => UploadBugs.Plant(rules => new SnapshotWithoutLastPart(rules))),
        new("an expired upload still accepts parts", 2000, () => UploadBugs.Plant(rules => new ExpiredStillAccepts(rules))),
        new("advice is given without regard to the upload", 1000, () => UploadBugs.Plant(rules => new AdvisesBlindly(rules))),
        new("an abort is answered after the completion", 300, () => UploadBugs.Plant(rules => new AbortAnsweredAfterCompletion(rules))),
        new("a short middle part is completed", 10_000, () => UploadBugs.Plant(rules => new ShortMiddlePartTaken(rules))),
        new("collection forgets its fence", 4000, () => UploadBugs.Plant(rules => new FenceNotKept(rules))),
        new("collection has no grace period", 1000, () => new CollectorBugs.NoGrace()),
        new("collection does not ask the owner", 300, () => new CollectorBugs.DoesNotAsk()),
        new("a receiver counts a repeated tell twice", 1000, () => PlantInShard(rules => new ArchiveAddedTwice(rules))),
        new("a late tell restores a deleted archive", 5000, () => PlantInShard(rules => new DeletedArchiveComesBack(rules))),
        new("older totals replace newer ones", 5000, () => VaultBugs.Plant(rules => new OlderTotalsCount(rules))),
        new("an earlier incarnation of a vault counts for the next", 5000, () => VaultBugs.Plant(rules => new FormerLifeCounts(rules))),
        new("a shard accepts deletions without facts", 1000, () => PlantInShard(rules => new Deletes(
            rules, (state, _, time) => new DeletionVerdict(state.Guard, time.Now, false, false, null)))),
        new("a verdict on an archive that did not exist counts", 3000, () => PlantInShard(rules => new Deletes(
            rules, (_, judged, _) => judged with { LooksAtAge = false }))),
        new("a verdict from before the lock counts", 3000, () => PlantInShard(rules => new Deletes(
            rules, (state, judged, _) => judged with { Guard = state.Guard }))),
        new("a time ahead of the shard's clock counts", 1000, () => PlantInShard(rules => new Deletes(
            rules, (_, judged, time) => judged.At > time.Now ? judged with { At = time.Now } : judged))),
        new("a shard's snapshot forgets the guard", 5000, () => PlantInShard(rules => new SnapshotWithoutGuard(rules))),
        new("a shard discovered after the lock is not informed", 5000, () => VaultBugs.Plant(rules => new LaterShardsNotTold(rules))),
        new("a lock is complete before the shards know", 10000, () => VaultBugs.Plant(rules => new CompleteDoesNotWait(rules))),
        new("a deletion does not wait until the vault knows of the archive", 10_000, () => PlantInShard(rules => new Deletes(
            rules, (_, judged, _) => judged, state => state with { Undelivered = state.Undelivered.Clear() }))),
        new("a second lock raises no guard", 5000, () => VaultBugs.Plant(rules => new GuardRaisedOnce(rules))),
        new("a deleted archive is retrieved", 2000, () => PlantInJobs(rules => new RetiredIsRetrieved(rules))),
        new("a lookup older than the remembered retirements counts", 10_000, () => PlantInJobs(rules => new OldLookupsCount(rules))),
        new("bytes are reclaimed despite a job", 2000, () => PlantInJobs(rules => new ReleasesInSpiteOfJobs(rules))),
        new("open uploads prevent the deletion of a vault", 1000, () => VaultBugs.Plant(rules => new UploadsHoldVault(rules))),
        new("the deletion of a vault forgets its pages", 1000, () => VaultBugs.Plant(rules => new PagesForgotten(rules))),
        new("the deletion of a vault forgets uploads that are being opened", 5000, () => VaultBugs.Plant(rules => new OpeningUploadsForgotten(rules))),
        new("a page of a deleted vault does not end its uploads", 1000, () => Plant(rules => new PageTellsNone(rules))),
        new("a vault that is created again adopts the old uploads", 1000, () => VaultBugs.Plant(rules => new NextVaultAdopts(rules))),
        new("a completion that a deleted vault had not recorded is answered", 5000, () => UploadBugs.Plant(rules => new CompletionLost(rules))),
        new("a completion that the vault has recorded is withdrawn", 300, () => UploadBugs.Plant(rules => new RecordedCompletionEnds(rules))),
        new("a page's snapshot lacks an upload", 1000, () => PageBugs.Plant(rules => new SnapshotWithoutLastUpload(rules))),
        new("a page lists an ended upload again", 5000, () => PageBugs.Plant(rules => new ListsLateTells(rules))),
        new("a vault counts a repeated closing twice", 5000, () => VaultBugs.Plant(rules => new ClosingCountedTwice(rules))),
        new("a completed upload stays on its page", 300, () => VaultBugs.Plant(rules => new ClosingNotForwarded(rules))),
        new("the limit of uploads is decided from a stale count", 1000, () => VaultBugs.Plant(rules => new LimitFromStaleCount(rules))),
        new("a list of uploads skips a page behind its marker", 1000, () => VaultBugs.Plant(rules => new SkipsAtPageEdge(rules))),
        .. ObjectBugs.All,
        .. InventoryBugs.All,
    ];
}
