using OrleansUploads.Simulation.Bugs;
using OrleansUploads.Simulation.Reporting;

namespace OrleansUploads.Simulation.Tests;

public sealed class PlantedBugTests
{
    public static TheoryData<string> Names => [.. BugTable.All.Select(bug => bug.Name)];

    [Theory]
    [Trait(TestRun.Name, TestRun.Campaign)]
    [MemberData(nameof(Names))]
    public void Every_planted_bug_is_detected(string name)
    {
        var bug = BugTable.All.Single(bug => bug.Name == name);
        Assert.True(bug.Hunt() is not null, $"'{name}' was not noticed within {bug.Seeds} seeds.");
    }

    [Fact]
    public void A_failure_report_has_the_seed_the_world_and_a_shrunk_schedule()
    {
        var bug = BugTable.All.Single(bug => bug.Name == "the first attempt for a slot stays the part");
        var failure = Simulation.Run((ulong)bug.Hunt()!.Value.Seeds, new Coverage(), bug.Plant);
        var report = FailureReport.Of(failure, bug.Plant).ToList();
        Assert.Contains(report, line => line.Contains($"./simulate.sh --seed {failure.Seed}", StringComparison.Ordinal));
        Assert.Contains(report, line => line.Contains(nameof(World.SwarmOptions.SlowMilliseconds), StringComparison.Ordinal));
        Assert.Contains(report, line => line.Contains("VIOLATION", StringComparison.Ordinal));

        var shrunk = new Shrinker(failure.Seed, failure.Kind!, bug.Plant).Shrink(failure);
        Assert.Equal(failure.Kind, shrunk.Kind);
        Assert.True(shrunk.Schedule.Steps < failure.Schedule.Steps / 2);
    }
}
