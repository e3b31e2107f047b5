using OrleansUploads.Simulation.Reporting;

namespace OrleansUploads.Simulation.Tests;

public sealed class PlantedBugTests
{
    public static TheoryData<string> Names => [.. BugTable.All.Select(bug => bug.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_planted_bug_is_detected(string name)
    {
        var bug = BugTable.All.Single(bug => bug.Name == name);

        var found = bug.Find();

        Assert.True(found is not null, $"'{name}' was not noticed within {bug.Seeds} seeds.");
        if (found.Seed != bug.RecordedSeed)
        {
            // On the console, because the output of a test that passes is not shown.
            Console.WriteLine(
                $"'{name}' is found by seed {found.Seed}; the recorded seed is {bug.RecordedSeed?.ToString(null, null) ?? "missing"}."
                + " Record the new one: ./simulate.sh --bugs --record");
        }
    }

    [Fact]
    public void Every_recorded_seed_is_of_a_planted_bug() => Assert.Empty(RecordedSeeds.Names.Except(BugTable.All.Select(bug => bug.Name)));

    [Fact]
    public void A_failure_report_has_the_seed_the_world_and_a_shrunk_schedule()
    {
        var bug = BugTable.All.Single(bug => bug.Name == "the first attempt for a number stays the part");
        var failure = Simulation.Run(bug.Find()!.Seed, new Coverage(), bug.Plant);
        var report = FailureReport.Of(failure, bug.Plant).ToList();
        Assert.Contains(report, line => line.Contains($"./simulate.sh --seed {failure.Seed}", StringComparison.Ordinal));
        Assert.Contains(report, line => line.Contains(nameof(World.SwarmOptions.SlowMilliseconds), StringComparison.Ordinal));
        Assert.Contains(report, line => line.Contains("VIOLATION", StringComparison.Ordinal));

        var shrunk = new Shrinker(failure.Seed, failure.Kind!, bug.Plant).Shrink(failure);
        Assert.Equal(failure.Kind, shrunk.Kind);
        Assert.True(shrunk.Schedule.Steps < failure.Schedule.Steps / 2);
    }
}
