using OrleansUploads.Simulation.Clocks;

namespace OrleansUploads.Simulation.Tests;

/// <summary>Tests the real engine under outages, suspends, clock jumps and backups. The test knows the true time.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class ClockTests
{
    private const int Seeds = 80;

    /// <summary>Number of seeds within which each mistake must be noticed.</summary>
    private const int SeedsForMistakes = 40;

    [Fact]
    public async Task Clock_faults_never_cause_early_deletion()
    {
        for (var seed = 1UL; seed <= Seeds; seed++)
        {
            var violation = await ClockSeries.RunAsync(seed);
            Assert.True(violation is null, $"seed {seed}: {violation}");
        }
    }

    [Theory]
    [InlineData(nameof(ClockMistake.ExpiryByWallTime))]
    [InlineData(nameof(ClockMistake.OutageCounts))]
    [InlineData(nameof(ClockMistake.JumpBelieved))]
    [InlineData(nameof(ClockMistake.FaultClearedByRestart))]
    [InlineData(nameof(ClockMistake.LeaseClearedByRestart))]
    [InlineData(nameof(ClockMistake.FenceWithoutBound))]
    public async Task Every_planted_clock_bug_is_detected(string name)
    {
        var mistake = Enum.Parse<ClockMistake>(name);
        for (var seed = 1UL; seed <= SeedsForMistakes; seed++)
        {
            if (await ClockSeries.RunAsync(seed, mistake) is not null)
            {
                return;
            }
        }

        Assert.Fail($"{name} was not noticed within {SeedsForMistakes} seeds.");
    }
}
