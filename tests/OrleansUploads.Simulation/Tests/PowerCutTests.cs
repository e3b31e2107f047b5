using OrleansUploads.Simulation.PowerCut;
using OrleansUploads.Simulation.PowerCut.Mutations;

namespace OrleansUploads.Simulation.Tests;

[Campaign]
[Collection(nameof(RealServers))]
public sealed class PowerCutTests(ITestOutputHelper output)
{
    private const int Rounds = 6;

    [Fact]
    [Promise("README.md", "An acknowledged part is never lost")]
    [Promise("README.md", "Status 204 for a part means that its bytes, its directory entry and its journal record are flushed to disk")]
    [Promise("README.md", "Status 201 for a complete request means that the archive ID is in the journal")]
    public async Task A_server_keeps_every_promise_under_repeated_power_cuts()
    {
        var tally = await RunAsync(failsDisk: false);

        Assert.Equal(Rounds, tally.Cuts);
        Assert.True(tally.CutsKeepingSome == Rounds / 2 && tally.InDoubt > 0, tally.ToString());
    }

    [Fact]
    [Promise("operations.md", "a flush to the disk fails")]
    public async Task A_server_with_disk_faults_loses_nothing_acknowledged_and_recovers_when_there_is_room()
    {
        var tally = await RunAsync(failsDisk: true);

        Assert.True(tally is { Resumed: > 0, FailedOperations: > 0 } && tally.Faults == Rounds, tally.ToString());
    }

    /// <summary>The hunt begins with the seed that found the mutation last, so most need one round. Real time is not drawn, so some need
    /// more.</summary>
    [Theory]
    [InlineData("part-bytes", 1, Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "0"])]
    [InlineData("part-names", 1, Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "1"])]
    [InlineData("upload-names", 2, Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "2"])]
    [InlineData("fan-out-names", 2, Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "3"])]
    [InlineData("manifest-bytes", 2, Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "4"])]
    [InlineData("manifest-names", 2, Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "5"])]
    [InlineData("mark-bytes", 2, Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "6"])]
    [InlineData("keys-bytes", 1)]
    [InlineData("keys-names", 2, Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "7"])]
    [InlineData("data-names", 2, Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "0"])]
    [InlineData("data-folder-name", 1)]
    [InlineData("journal-off", 1)]
    [InlineData("journal-normal", 1)]
    [InlineData("answer-first", 1)]
    [InlineData("journal-before-bytes", 2, Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "1"])]
    [InlineData("journal-before-manifest", 2, Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "2"])]
    [InlineData("manifest-name-first", 13, Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "3"])]
    [InlineData("failure-ignored", 2, Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "4"])]
    [InlineData("failure-repeated", 2, Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "5"])]
    [Promise("README.md", "Status 204 for a part means that its bytes, its directory entry and its journal record are flushed to disk")]
    public async Task Every_durability_mutation_is_detected(string mutation, int firstSeed)
    {
        SkipUnlessPossible();

        var found = await MutationTable.HuntAsync(MutationTable.All.Single(known => known.Name == mutation), (ulong)firstSeed);

        Assert.NotNull(found);
        output.WriteLine($"after {found.Value.Rounds} rounds: {found.Value.Failure.Violation}");
    }

    private static void SkipUnlessPossible() =>
        Assert.SkipWhen(FuseMount.Obstacle is not null, FuseMount.Obstacle ?? "");

    private async Task<PowerCutTally> RunAsync(bool failsDisk)
    {
        SkipUnlessPossible();
        var tally = new PowerCutTally();

        var failures = await RealSeries.PlayAllAsync(
            Rounds, seed: 1, tally, output.WriteLine, (seed, rounds, tally) => PowerCutSeries.RunAsync(seed, rounds, tally, failsDisk));

        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
        return tally;
    }
}
