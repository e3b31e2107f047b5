using OrleansUploads.Simulation.Reporting;

namespace OrleansUploads.Simulation.Tests;

public sealed class SeedTests
{
    private const ulong FewSeeds = 1_000;
    private const ulong AllSeeds = 20_000;
    private const ulong ObjectStoreSeeds = 500;

    [Fact]
    public void A_thousand_seeds_keep_every_promise() => Play(FewSeeds);

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public void All_seeds_keep_every_promise_and_reach_every_rare_situation() => Assert.Empty(Play(AllSeeds).Missing);

    private static Coverage Play(ulong seeds)
    {
        var campaign = new Campaign(firstSeed: 1);
        campaign.Run(seeds);
        if (campaign.Failures is [var first, ..])
        {
            Assert.Fail(string.Join('\n', FailureReport.Of(first)));
        }

        Assert.Equal((long)seeds, campaign.Coverage.Schedules);
        return campaign.Coverage;
    }

    [Fact]
    public void Seeds_keep_every_promise_over_an_object_store()
    {
        var coverage = new Coverage();
        for (var seed = 1UL; seed <= ObjectStoreSeeds; seed++)
        {
            var options = SwarmOptions.Draw(seed) with { ShowsCommittedOnly = true };
            var outcome = Simulation.Run(seed, options, ScheduleGenerator.Generate(seed, options), coverage);
            Assert.True(outcome.Violation is null, $"Seed {seed}: {outcome.Violation}");
        }

        Assert.Equal((long)ObjectStoreSeeds, coverage.Schedules);
    }

    [Fact]
    public void The_same_seed_produces_the_same_trace_twice()
    {
        for (var seed = 1UL; seed <= 100; seed++)
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
    [InlineData(7, "65ccb8f7ab9ef9d5")]
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
