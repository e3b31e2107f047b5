using OrleansUploads.Simulation.Inventories;
using OrleansUploads.TestKit;

namespace OrleansUploads.Simulation.Tests;

public sealed class InventorySimulationTests
{
    private const ulong FewSeeds = 300;
    private const ulong AllSeeds = 10_000;

    public static TheoryData<string> Bugs => new(InventoryBugs.All.Select(bug => bug.Name));

    [Fact]
    public void Inventories_keep_every_promise_in_a_few_hundred_seeds() =>
        Assert.Equal(InventorySituations.All, Play(FewSeeds));

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public void Inventories_keep_every_promise_in_all_seeds() => Play(AllSeeds);

    [Theory]
    [MemberData(nameof(Bugs))]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public void A_planted_bug_in_inventories_is_found(string name) =>
        Assert.NotNull(InventoryBugs.All.Single(bug => bug.Name == name).Hunt());

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
        var seen = InventorySituations.None;
        var failures = new List<(ulong Seed, string Violation)>();
        var gate = new Lock();
        Parallel.For(1L, (long)seeds + 1, seed =>
        {
            var outcome = InventorySimulation.Run((ulong)seed);
            lock (gate)
            {
                seen |= outcome.Seen;
                if (outcome.Violation is { } violation)
                {
                    failures.Add(((ulong)seed, violation));
                }
            }
        });
        Assert.True(failures.Count == 0, string.Join('\n', failures.Order().Take(10).Select(failure => $"seed {failure.Seed}: {failure.Violation}")));
        return seen;
    }
}
