using OrleansUploads.Simulation.Reporting;
using OrleansUploads.Simulation.World;

namespace OrleansUploads.Simulation.Tests;

public sealed class SeedTests
{
    private const ulong Seeds = 20_000;

    [Fact]
    public void Every_promise_is_kept_and_every_rare_situation_met()
    {
        var campaign = new Campaign(firstSeed: 1, Environment.ProcessorCount);
        campaign.Run(Seeds);
        if (campaign.Failures is [var first, ..])
        {
            Assert.Fail(string.Join('\n', FailureReport.Of(first)));
        }

        Assert.Empty(campaign.Coverage.Missing);
        Assert.Equal((long)Seeds, campaign.Coverage.Schedules);
    }

    [Fact]
    public void The_same_seed_tells_the_same_story_twice()
    {
        for (var seed = 1UL; seed <= 100; seed++)
        {
            var once = Simulation.Run(seed, new Coverage());
            var again = Simulation.Run(seed, new Coverage(), keepsLines: true);
            Assert.Equal(once.Trace.Hash, again.Trace.Hash);
            Assert.Equal(once.Trace.Notes, again.Trace.Notes);
        }
    }

    /// <summary>These change with the generator and with the engine; what they must not do is to differ between machines.</summary>
    [Theory]
    [InlineData(1, "7c9f713382125586")]
    [InlineData(7, "032cd46658bb703a")]
    [InlineData(44, "99767632a6956c7e")]
    [InlineData(446, "0b9decd40f632e17")]
    public void A_seed_tells_the_same_story_on_every_machine(ulong seed, string hash) =>
        Assert.Equal(hash, Simulation.Run(seed, new Coverage()).Trace.Hash.ToString("x16", null));

    [Fact]
    public void Different_seeds_draw_different_worlds() =>
        Assert.True(Enumerable.Range(1, 100).Select(seed => SwarmOptions.Draw((ulong)seed)).Distinct().Count() > 90);

    [Fact]
    public void What_runs_off_the_worlds_thread_is_noticed()
    {
        var world = new SimulatedWorld(1, new SwarmOptions(), keepsLines: false, new Coverage());
        Exception? thrown = null;
        var stranger = new Thread(() => thrown = Record.Exception(world.RequireOwnThread));
        stranger.Start();
        stranger.Join();
        Assert.IsType<InvalidOperationException>(thrown);
    }
}
