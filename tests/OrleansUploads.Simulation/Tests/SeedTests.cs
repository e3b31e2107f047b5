using OrleansUploads.Simulation.Inventories;
using OrleansUploads.Simulation.Reporting;

namespace OrleansUploads.Simulation.Tests;

public sealed class SeedTests
{
    [Theory]
    [Trait(TestRun.Name, TestRun.Quick)]
    [InlineData(ScheduleKind.Objects, 60)]
    [InlineData(ScheduleKind.Inventories, 30)]
    [InlineData(ScheduleKind.Clocks, 5)]
    public void A_few_seeds_keep_every_promise(string kind, ulong seeds) => Play(kind, new SeedRange(1, seeds));

    [Fact]
    [Trait(TestRun.Name, TestRun.Quick)]
    public void Three_hundred_seeds_keep_every_promise() => PlayUploads(new SeedRange(1, 300), new Coverage());

    [Fact]
    [Campaign]
    [Promise("README.md", "An acknowledged part is never lost")]
    [Promise("README.md", "A returned archive ID never changes, and it resolves to its archive until the archive is deleted")]
    [Promise("README.md", "Storage does not leak: after reclamation, the part store holds only bytes that belong to open uploads and archives")]
    public void Fixed_seeds_and_seeds_of_the_commit_keep_every_promise_and_reach_every_rare_situation()
    {
        var coverage = new Coverage();
        foreach (var seeds in CommitSeeds.FixedAndDrawn(1_000, 2_000, () => coverage.Missing.Any()))
        {
            PlayUploads(seeds, coverage);
        }

        Assert.Empty(coverage.Missing);
    }

    [Fact]
    [Campaign]
    public void Objects_keep_every_promise_in_fixed_seeds_and_in_seeds_of_the_commit() => Play(ScheduleKind.Objects, 500, 500);

    [Fact]
    [Campaign]
    public void Inventories_keep_every_promise_in_fixed_seeds_and_in_seeds_of_the_commit()
    {
        var seen = 0;
        foreach (var seeds in CommitSeeds.FixedAndDrawn(100, 200, () => seen != (int)InventorySituations.All))
        {
            Play(ScheduleKind.Inventories, seeds, seed =>
            {
                var outcome = InventorySimulation.Run(seed);
                Interlocked.Or(ref seen, (int)outcome.Seen);
                return outcome.Violation;
            });
        }

        Assert.Equal(InventorySituations.All, (InventorySituations)seen);
    }

    /// <summary>The test knows the true time, and the server does not.</summary>
    [Fact]
    [Campaign]
    [Promise("operations.md", "the clock jumps, or is behind the journal")]
    [Promise("operations.md", "uploads and jobs expire, unowned bytes are collected, and bytes and records of what was deleted are deleted")]
    public void Clock_faults_never_cause_early_deletion_in_fixed_seeds_and_in_seeds_of_the_commit() => Play(ScheduleKind.Clocks, 20, 40);

    [Fact]
    public void Seeds_keep_every_promise_over_an_object_store()
    {
        var failures = new SeedRange(1, 60).Play(seed =>
        {
            var options = SwarmOptions.Draw(seed) with { ShowsCommittedOnly = true };
            return Simulation.Run(seed, options, ScheduleGenerator.Generate(seed, options), new Coverage()).Violation;
        });
        Assert.Empty(failures);
    }

    [Theory]
    [InlineData(ScheduleKind.Uploads, 30)]
    [InlineData(ScheduleKind.Objects, 5)]
    [InlineData(ScheduleKind.Inventories, 5)]
    public void The_same_seed_produces_the_same_trace_twice(string kind, ulong seeds)
    {
        for (var seed = 1UL; seed <= seeds; seed++)
        {
            var once = ScheduleKind.Of(kind).Run(seed, false).Trace;
            var again = ScheduleKind.Of(kind).Run(seed, true).Trace;
            Assert.Equal((once.Hash, once.Notes), (again.Hash, again.Notes));
        }
    }

    /// <summary>The hashes change with the generator and the engine, but must not differ between machines.</summary>
    [Theory]
    [InlineData(1, "303b4fcb952095c4")]
    [InlineData(7, "5b15eed7bafe3ddf")]
    [InlineData(44, "c7d63dfa0c26995a")]
    [InlineData(446, "c6235eb5f206ada2")]
    public void A_seed_produces_the_same_trace_on_every_machine(ulong seed, string hash) =>
        Assert.Equal(hash, Simulation.Run(seed, new Coverage()).Trace.Hash.ToString("x16", null));

    [Fact]
    public void Work_on_another_thread_is_detected()
    {
        var world = new SimulatedWorld(1, new SwarmOptions(), keepsLines: false, new Coverage());
        Exception? thrown = null;
        var other = new Thread(() => thrown = Record.Exception(world.RequireOwnThread));
        other.Start();
        other.Join();
        Assert.IsType<InvalidOperationException>(thrown);
    }

    private static void Play(string kind, ulong fixedSeeds, ulong seedsOfACommit)
    {
        foreach (var seeds in CommitSeeds.FixedAndDrawn(fixedSeeds, seedsOfACommit))
        {
            Play(kind, seeds);
        }
    }

    private static void Play(string kind, SeedRange seeds, Func<ulong, string?>? play = null)
    {
        var command = ScheduleKind.Of(kind).CommandFor(seeds);
        Console.WriteLine(command);
        var failures = seeds.Play(play ?? (seed => ScheduleKind.Of(kind).Run(seed, false).Violation));
        Assert.True(failures.Count == 0, $"{command}\n{string.Join('\n', failures.Take(10))}");
    }

    private static void PlayUploads(SeedRange seeds, Coverage coverage)
    {
        Console.WriteLine(ScheduleKind.Of(ScheduleKind.Uploads).CommandFor(seeds));
        var campaign = new Campaign(seeds.From);
        campaign.Run(seeds.Count);
        if (campaign.Failures is [var first, ..])
        {
            Assert.Fail(string.Join('\n', FailureReport.Of(first)));
        }

        Assert.Equal((long)seeds.Count, campaign.Coverage.Schedules);
        coverage.Add(campaign.Coverage);
    }
}
