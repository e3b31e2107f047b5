using OrleansUploads.Simulation.Objects;
using OrleansUploads.TestKit;

namespace OrleansUploads.Simulation.Tests;

public sealed class ObjectSimulationTests
{
    private const ulong FewSeeds = 300;
    private const ulong AllSeeds = 20_000;

    public static TheoryData<string> Bugs => new(ObjectBugs.All.Select(bug => bug.Name));

    [Fact]
    public void Objects_keep_every_promise_in_a_few_hundred_seeds() => Play(FewSeeds);

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public void Objects_keep_every_promise_in_all_seeds() => Play(AllSeeds);

    [Theory]
    [MemberData(nameof(Bugs))]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public void A_planted_bug_in_keys_or_objects_is_found(string name) =>
        Assert.NotNull(ObjectBugs.All.Single(bug => bug.Name == name).Hunt());

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
        var gate = new Lock();
        (ulong Seed, string Violation)? first = null;
        Parallel.For(1L, (long)seeds + 1, seed =>
        {
            if (ObjectSimulation.Run((ulong)seed).Violation is { } violation)
            {
                lock (gate)
                {
                    first = first is null || (ulong)seed < first.Value.Seed ? ((ulong)seed, violation) : first;
                }
            }
        });
        Assert.True(first is null, $"seed {first?.Seed}: {first?.Violation}");
    }
}
