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
        new("a reply before its events are durable", 300, () => new Plant { Runner = inner => new RepliesBeforeDurable(inner) }),
        new("no fence: every expected version is accepted", 300, () => new Plant { Journal = inner => new NoFence(inner) }),
        new("a conflict is treated as success", 300, () => new Plant { Runner = inner => new TakesConflictForDone(inner) }),
        new("every entity is taken for a new one", 300, () => new Plant { Runner = inner => new TakesEveryEntityForNew(inner) }),
        new("a write with unknown outcome is treated as success", 300, () => new Plant { Runner = inner => new TakesUnknownForDone(inner) }),
        new("intents are not delivered again after a crash", 300, () => new Plant { Runner = inner => new ForgetsIntentsOnLoad(inner) }),
        new("a failed tell is never retried", 300, () => new Plant { Runner = inner => new NeverTellsAgain(inner) }),
        new("no entity is woken", 300, () => new Plant { Journal = inner => new NoWakes(inner) }),
        new("a stale host answers from memory", 1000, () => new Plant { Journal = inner => new LooksAtMemory(inner) }),
        new("a torn tail is accepted", 1000, () => new TornTailAccepted()),
        new("a part is acknowledged before its bytes are durable", 1000, () => new Plant { Parts = inner => new CommitNotAwaited(inner) }),
        new("damaged bytes are returned", 5000, () => new Plant { Parts = inner => new DamageHandedOut(inner) }),
        new("the manifest is written after the index", 1000, () => new Plant { Runner = inner => new IndexesBeforeManifest(inner) }),
        new("collection has no grace period", 1000, () => new CollectorBugs.NoGrace()),
        new("collection does not ask the owner", 300, () => new CollectorBugs.DoesNotAsk()),
        .. UploadBugs.All,
        .. DirectBugs.All,
        .. EventBugs.All,
        .. VaultBugs.All,
        .. ListBugs.All,
        .. ShardBugs.All,
        .. JobsBugs.All,
        .. ObjectBugs.All,
        .. InventoryBugs.All,
        .. ClockBugs.All,
    ];
}
