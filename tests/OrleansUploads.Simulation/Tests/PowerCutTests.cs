using OrleansUploads.Simulation.PowerCut;
using OrleansUploads.Simulation.PowerCut.Fuse;
using OrleansUploads.Simulation.PowerCut.Mutations;

namespace OrleansUploads.Simulation.Tests;

[Trait(TestRun.Name, TestRun.Campaign)]
[Collection(nameof(RealServers))]
public sealed class PowerCutTests(ITestOutputHelper output)
{
    private const int Rounds = 10;

    [Fact]
    public async Task A_server_keeps_every_promise_under_repeated_power_cuts()
    {
        var tally = await RunAsync(new PowerCutPlan());

        Assert.Equal(Rounds, tally.Cuts);
        Assert.True(tally.CutsKeepingSome == Rounds / 2 && tally.Real.InDoubt > 0, tally.ToString());
    }

    [Fact]
    public async Task A_server_with_disk_faults_loses_nothing_acknowledged_and_recovers_when_there_is_room()
    {
        var tally = await RunAsync(new PowerCutPlan { FailsDisk = true });

        Assert.True(tally is { Resumed: > 0, FailedOperations: > 0 } && tally.Faults == Rounds, tally.ToString());
    }

    [Theory]
    [InlineData("part-names")]
    [InlineData("manifest-bytes")]
    [InlineData("data-folder-name")]
    [InlineData("keys-bytes")]
    [InlineData("journal-normal")]
    [InlineData("journal-before-bytes")]
    [InlineData("failure-ignored")]
    public async Task Every_durability_mutation_is_detected(string mutation)
    {
        SkipUnlessPossible();

        var found = await MutationTable.HuntAsync(MutationTable.All.Single(known => known.Name == mutation), firstSeed: 1);

        Assert.NotNull(found);
        output.WriteLine($"after {found.Value.Rounds} rounds: {found.Value.Failure.Violation}");
    }

    private static void SkipUnlessPossible() =>
        Assert.SkipWhen(FuseDevice.Obstacle is not null, FuseDevice.Obstacle ?? "");

    private async Task<PowerCutTally> RunAsync(PowerCutPlan plan)
    {
        SkipUnlessPossible();
        var tally = new PowerCutTally();

        var failures = await PowerCutCommand.RunAsync(Rounds, seed: 1, plan, tally, output.WriteLine);

        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
        return tally;
    }
}
