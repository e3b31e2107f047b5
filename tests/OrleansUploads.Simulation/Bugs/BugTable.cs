using OrleansUploads.Simulation.Clocks;
using OrleansUploads.Simulation.Inventories;
using OrleansUploads.Simulation.Objects;
using static OrleansUploads.Simulation.Bugs.RunnerBugs;

namespace OrleansUploads.Simulation.Bugs;

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
        new("collection has no grace period", 1000, () => new CollectorBugs.NoGrace()),
        new("collection does not ask the owner", 300, () => new CollectorBugs.DoesNotAsk()),
        .. UploadBugs.All,
        .. VaultBugs.All,
        .. PageBugs.All,
        .. ShardBugs.All,
        .. JobsBugs.All,
        .. ObjectBugs.All,
        .. InventoryBugs.All,
        .. ClockBugs.All,
    ];
}
