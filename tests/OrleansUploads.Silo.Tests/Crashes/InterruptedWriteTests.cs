using OrleansUploads.Signing;
using OrleansUploads.TestKit.Races;

namespace OrleansUploads.Silo.Tests.Crashes;

/// <summary>Three silos, of which one or all are killed while clients write objects. What was interrupted must not come back over what was
/// acknowledged afterwards, while other silos serve.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class InterruptedWriteTests(PostgresServer postgres)
{
    private const int ClientsOfEachKind = 3;

    private static readonly int Rounds = TestSetting.Read("ORLEANSUPLOADS_SILO_INTERRUPTED_ROUNDS", 3);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_write_that_a_kill_interrupts_never_comes_back_over_a_later_acknowledged_one(bool killsAll)
    {
        await using var cluster = await SiloCluster.StartAsync(postgres);
        using var campaign = new RaceCampaign(
            new SignedRequests(
                LoadBalancer.Endpoint,
                new RequestSigner(SigningRules.S3, "us-east-1", CommandLine.AccessKeyId, CommandLine.SecretAccessKey)),
            new Random(20261124));
        await campaign.BeginAsync(cluster.Balancer.Http);
        for (var round = 0; round < Rounds; round++)
        {
            int[] victims = killsAll ? [0, 1, 2] : [round % SiloCluster.Count];
            await campaign.PlayAsync(
                [.. Enumerable.Repeat(Race.Interrupted, ClientsOfEachKind).SelectMany(static race => race)],
                () =>
                {
                    var killed = Task.WhenAll(victims.Select(victim => cluster.Silos[victim].KillAsync()));
                    cluster.Balancer.Use(killsAll ? cluster.Silos : cluster.Silos.Where((_, number) => !victims.Contains(number)));
                    return (killed, Task.WhenAll(victims.Select(victim => cluster.ReplaceAsync(victim))));
                },
                cluster.Balancer.Http);
        }
    }
}
