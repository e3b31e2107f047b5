using OrleansUploads.Simulation.Objects;
using OrleansUploads.Simulation.Reporting;

namespace OrleansUploads.Simulation.Tests;

public sealed class ObjectSimulationTests
{
    private const ulong FewSeeds = 300;
    private const ulong AllSeeds = 20_000;

    [Fact]
    public void Objects_keep_every_promise_in_a_few_hundred_seeds() => Play(FewSeeds);

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public void Objects_keep_every_promise_in_all_seeds() => Play(AllSeeds);

    [Fact]
    public void The_same_seed_of_objects_produces_the_same_trace_twice()
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            Assert.Equal(ObjectSimulation.Run(seed).Trace.Hash, ObjectSimulation.Run(seed).Trace.Hash);
        }
    }

    private static void Play(ulong seeds)
    {
        var failures = new SeedRange(1, seeds).Play(seed => ObjectSimulation.Run(seed).Violation);
        Assert.True(failures.Count == 0, string.Join('\n', failures.Take(10)));
    }
}
