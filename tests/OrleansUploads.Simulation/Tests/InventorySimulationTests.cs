using OrleansUploads.Simulation.Inventories;
using OrleansUploads.Simulation.Reporting;

namespace OrleansUploads.Simulation.Tests;

public sealed class InventorySimulationTests
{
    private const ulong FewSeeds = 300;
    private const ulong AllSeeds = 10_000;

    [Fact]
    public void Inventories_keep_every_promise_in_a_few_hundred_seeds() =>
        Assert.Equal(InventorySituations.All, Play(FewSeeds));

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public void Inventories_keep_every_promise_in_all_seeds() => Play(AllSeeds);

    [Fact]
    public void The_same_seed_of_inventories_produces_the_same_trace_twice()
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            Assert.Equal(InventorySimulation.Run(seed).Trace.Hash, InventorySimulation.Run(seed).Trace.Hash);
        }
    }

    private static InventorySituations Play(ulong seeds)
    {
        var seen = 0;
        var failures = new SeedRange(1, seeds).Play(seed =>
        {
            var outcome = InventorySimulation.Run(seed);
            Interlocked.Or(ref seen, (int)outcome.Seen);
            return outcome.Violation;
        });
        Assert.True(failures.Count == 0, string.Join('\n', failures.Take(10)));
        return (InventorySituations)seen;
    }
}
