namespace OrleansUploads.Cluster.Tests.Journal;

[Campaign]
public sealed class TwoHostsOverOneStreamTests
{
    private const int FixedSeeds = 20;
    private const int SeedsOfACommit = 30;
    private const int Seeds = FixedSeeds + SeedsOfACommit;
    private const int Steps = 120;

    [Fact]
    public async Task Acknowledged_records_are_read_back_in_one_order_despite_storage_faults()
    {
        var faults = 0;
        var conflicts = 0;
        foreach (var seed in Enumerable.Range(0, FixedSeeds).Concat(Enumerable.Range(CommitSeed.First, SeedsOfACommit)))
        {
            var run = new TwoHosts(seed, Steps, new SharedGrainStorage());
            await run.RunAsync();
            faults += run.Faults;
            conflicts += run.Conflicts;
        }

        Assert.True(faults > Seeds, $"Only {faults} storage faults happened.");
        Assert.True(conflicts > Seeds, $"Only {conflicts} conflicts happened.");
    }
}
