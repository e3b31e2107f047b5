using OrleansUploads.Simulation.Reporting;

namespace OrleansUploads.Simulation.Tests;

public sealed class SeedTests
{
    private const ulong FewSeeds = 600;
    private const ulong FixedSeeds = 1_000;
    private const ulong SeedsOfACommit = 2_000;
    private const ulong ObjectStoreSeeds = 100;

    [Fact]
    [Promise("README.md", "An acknowledged part is never lost")]
    [Promise("README.md", "A returned archive ID never changes, and it resolves to its archive until the archive is deleted")]
    [Promise("README.md", "Storage does not leak: after reclamation, the part store holds only bytes that belong to open uploads and archives")]
    public void Six_hundred_seeds_keep_every_promise() => Play(new SeedRange(1, FewSeeds), new Coverage());

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public void Fixed_seeds_and_seeds_of_the_commit_keep_every_promise_and_reach_every_rare_situation()
    {
        var coverage = new Coverage();
        Play(new SeedRange(1, FixedSeeds), coverage);
        Play(CommitSeeds.Draw(SeedsOfACommit, after: FixedSeeds), coverage);
        Assert.Empty(coverage.Missing);
    }

    private static void Play(SeedRange seeds, Coverage coverage)
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

    [Fact]
    public void Seeds_keep_every_promise_over_an_object_store()
    {
        var failures = new SeedRange(1, ObjectStoreSeeds).Play(seed =>
        {
            var options = SwarmOptions.Draw(seed) with { ShowsCommittedOnly = true };
            return Simulation.Run(seed, options, ScheduleGenerator.Generate(seed, options), new Coverage()).Violation;
        });
        Assert.Empty(failures);
    }

    [Fact]
    public void The_same_seed_produces_the_same_trace_twice()
    {
        for (var seed = 1UL; seed <= 50; seed++)
        {
            var once = Simulation.Run(seed, new Coverage());
            var again = Simulation.Run(seed, new Coverage(), keepsLines: true);
            Assert.Equal(once.Trace.Hash, again.Trace.Hash);
            Assert.Equal(once.Trace.Notes, again.Trace.Notes);
        }
    }

    /// <summary>The hashes change with the generator and the engine, but must not differ between machines.</summary>
    [Theory]
    [InlineData(1, "ecf524189b77ee2b")]
    [InlineData(7, "148dfff3e5bad54d")]
    [InlineData(44, "d7b4ff4035032e82")]
    [InlineData(446, "a896ad102a2a8981")]
    public void A_seed_produces_the_same_trace_on_every_machine(ulong seed, string hash) =>
        Assert.Equal(hash, Simulation.Run(seed, new Coverage()).Trace.Hash.ToString("x16", null));

    [Fact]
    public void Different_seeds_generate_different_worlds() =>
        Assert.True(Enumerable.Range(1, 100).Select(seed => SwarmOptions.Draw((ulong)seed)).Distinct().Count() > 90);

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
}
