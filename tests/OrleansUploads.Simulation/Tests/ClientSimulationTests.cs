using OrleansUploads.Simulation.Inventories;
using OrleansUploads.Simulation.Objects;
using OrleansUploads.Simulation.Reporting;

namespace OrleansUploads.Simulation.Tests;

public sealed class ClientSimulationTests
{
    private const ulong FewSeeds = 300;

    private static readonly int ObjectSeeds = TestSetting.Read("ORLEANSUPLOADS_OBJECT_SEEDS", 20_000);
    private static readonly int InventorySeeds = TestSetting.Read("ORLEANSUPLOADS_INVENTORY_SEEDS", 10_000);

    [Fact]
    public void Objects_keep_every_promise_in_a_few_hundred_seeds() => PlayObjects(FewSeeds);

    [Fact]
    public void Inventories_keep_every_promise_in_a_few_hundred_seeds() =>
        Assert.Equal(InventorySituations.All, PlayInventories(FewSeeds));

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public void Objects_keep_every_promise_in_all_seeds() => PlayObjects((ulong)ObjectSeeds);

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public void Inventories_keep_every_promise_in_all_seeds() => PlayInventories((ulong)InventorySeeds);

    [Fact]
    public void The_same_seed_of_objects_produces_the_same_trace_twice() =>
        AssertSameTwice(seed => ObjectSimulation.Run(seed).Trace.Hash);

    [Fact]
    public void The_same_seed_of_inventories_produces_the_same_trace_twice() =>
        AssertSameTwice(seed => InventorySimulation.Run(seed).Trace.Hash);

    private static void PlayObjects(ulong seeds) => Play(seeds, seed => ObjectSimulation.Run(seed).Violation);

    private static InventorySituations PlayInventories(ulong seeds)
    {
        var seen = 0;
        Play(seeds, seed =>
        {
            var outcome = InventorySimulation.Run(seed);
            Interlocked.Or(ref seen, (int)outcome.Seen);
            return outcome.Violation;
        });
        return (InventorySituations)seen;
    }

    private static void Play(ulong seeds, Func<ulong, string?> play)
    {
        var failures = new SeedRange(1, seeds).Play(play);
        Assert.True(failures.Count == 0, string.Join('\n', failures.Take(10)));
    }

    private static void AssertSameTwice(Func<ulong, ulong> hashOf)
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            Assert.Equal(hashOf(seed), hashOf(seed));
        }
    }
}
