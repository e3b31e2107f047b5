using OrleansUploads.Simulation.Clocks;
using OrleansUploads.Simulation.Reporting;

namespace OrleansUploads.Simulation.Tests;

/// <summary>Tests the real engine under outages, suspends, clock jumps and backups. The test knows the true time.</summary>
public sealed class ClockTests
{
    private const ulong FewSeeds = 5;
    private const ulong FixedSeeds = 20;
    private const ulong SeedsOfACommit = 40;

    [Fact]
    [Promise("operations.md", "the clock jumps, or is behind the journal")]
    [Promise("operations.md", "uploads and jobs expire, unowned bytes are collected, and bytes and records of what was deleted are deleted")]
    public Task Clock_faults_never_cause_early_deletion_in_a_few_seeds() => PlayAsync(new SeedRange(1, FewSeeds));

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public async Task Clock_faults_never_cause_early_deletion_in_fixed_seeds_and_in_seeds_of_the_commit()
    {
        await PlayAsync(new SeedRange(1, FixedSeeds));
        await PlayAsync(CommitSeeds.Draw(SeedsOfACommit, after: FixedSeeds));
    }

    private static async Task PlayAsync(SeedRange seeds)
    {
        for (var seed = seeds.From; seed < seeds.From + seeds.Count; seed++)
        {
            var violation = await ClockSeries.RunAsync(seed);
            Assert.True(violation is null, $"seed {seed}: {violation}");
        }
    }
}
