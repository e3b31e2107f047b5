using OrleansUploads.Simulation.Inventories;
using OrleansUploads.Simulation.Objects;
using OrleansUploads.Simulation.Reporting;

namespace OrleansUploads.Simulation.Tests;

public sealed class ClientSimulationTests
{
    private const ulong FewObjectSeeds = 100;
    private const ulong ObjectSeeds = 500;
    private const ulong ObjectSeedsOfACommit = 500;
    private const ulong FewInventorySeeds = 60;
    private const ulong InventorySeeds = 100;
    private const ulong InventorySeedsOfACommit = 200;

    [Fact]
    public void Objects_keep_every_promise_in_a_hundred_seeds() => PlayObjects(new SeedRange(1, FewObjectSeeds));

    [Fact]
    public void Inventories_keep_every_promise_in_sixty_seeds() => PlayInventories(new SeedRange(1, FewInventorySeeds));

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public void Objects_keep_every_promise_in_fixed_seeds_and_in_seeds_of_the_commit()
    {
        PlayObjects(new SeedRange(1, ObjectSeeds));
        PlayObjects(CommitSeeds.Draw(ObjectSeedsOfACommit, after: ObjectSeeds));
    }

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public void Inventories_keep_every_promise_in_fixed_seeds_and_in_seeds_of_the_commit()
    {
        var seen = PlayInventories(new SeedRange(1, InventorySeeds));
        seen |= PlayInventories(CommitSeeds.Draw(InventorySeedsOfACommit, after: InventorySeeds));
        Assert.Equal(InventorySituations.All, seen);
    }

    [Fact]
    public void The_same_seed_of_objects_produces_the_same_trace_twice() =>
        AssertSameTwice(seed => ObjectSimulation.Run(seed).Trace.Hash);

    [Fact]
    public void The_same_seed_of_inventories_produces_the_same_trace_twice() =>
        AssertSameTwice(seed => InventorySimulation.Run(seed).Trace.Hash);

    private static void PlayObjects(SeedRange seeds) =>
        Play(ScheduleKind.Objects, seeds, seed => ObjectSimulation.Run(seed).Violation);

    private static InventorySituations PlayInventories(SeedRange seeds)
    {
        var seen = 0;
        Play(ScheduleKind.Inventories, seeds, seed =>
        {
            var outcome = InventorySimulation.Run(seed);
            Interlocked.Or(ref seen, (int)outcome.Seen);
            return outcome.Violation;
        });
        return (InventorySituations)seen;
    }

    private static void Play(string kind, SeedRange seeds, Func<ulong, string?> play)
    {
        var command = ScheduleKind.Of(kind).CommandFor(seeds);
        Console.WriteLine(command);
        var failures = seeds.Play(play);
        Assert.True(failures.Count == 0, $"{command}\n{string.Join('\n', failures.Take(10))}");
    }

    private static void AssertSameTwice(Func<ulong, ulong> hashOf)
    {
        for (var seed = 1UL; seed <= 5; seed++)
        {
            Assert.Equal(hashOf(seed), hashOf(seed));
        }
    }
}
