using System.Diagnostics;
using OrleansUploads.TestKit.Races;

namespace OrleansUploads.Silo.Tests.Crashes;

/// <summary>Three silos, of which one or all are killed while clients write objects. What was interrupted must not come back over what was
/// acknowledged afterwards, while other silos serve.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class InterruptedWriteTests(PostgresServer postgres, ITestOutputHelper output)
{
    private const int ClientsOfEachKind = 6;

    private static readonly int Rounds = ClusterUnderLoad.Setting("ORLEANSUPLOADS_SILO_INTERRUPTED_ROUNDS", 3);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_write_that_a_kill_interrupts_never_comes_back_over_a_later_acknowledged_one(bool killsAll)
    {
        var watch = Stopwatch.StartNew();
        var random = new Random(20261124);
        await using var cluster = await ClusterUnderLoad.StartAsync(postgres);
        var writes = new InterruptedWrites(
            cluster.Balancer.Http, LoadBalancer.Endpoint, CommandLine.AccessKeyId, CommandLine.SecretAccessKey);
        await writes.BeginAsync();
        for (var round = 0; round < Rounds; round++)
        {
            int[] victims = killsAll ? [0, 1, 2] : [round % ClusterUnderLoad.SiloCount];
            await writes.RunAsync(
                round,
                ClientsOfEachKind,
                killAfter: random.Next(ClientsOfEachKind * InterruptedWrites.Kinds.Count / 2),
                () =>
                {
                    var killed = Task.WhenAll(victims.Select(victim => cluster.Silos[victim].KillAsync()));
                    cluster.Balancer.Use(killsAll ? cluster.Silos : cluster.Silos.Where((_, number) => !victims.Contains(number)));
                    return (killed, Task.WhenAll(victims.Select(victim => cluster.ReplaceAsync(victim))));
                },
                [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)]);
        }

        output.WriteLine(
            $"{Rounds} rounds, {(killsAll ? "all silos" : "one silo")} killed in each, {watch.Elapsed.TotalSeconds:F0} s: "
            + $"{writes.FirstWrites.All} writes, of which {writes.FirstWrites.Answered} were answered; "
            + $"{writes.Wrong.Count} of {writes.Reads} reads were wrong.");
        Assert.True(writes.Wrong.Count == 0, $"{writes.Wrong.Count} of {writes.Reads} reads:\n{string.Join('\n', writes.Wrong.Take(20))}");
    }
}
