using OrleansUploads.Silo.Tests.Crashes;

namespace OrleansUploads.Silo.Tests.OnAzure;

/// <summary>Three silos on Azure Storage that are killed in turn.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class AzureCrashTests(AzuriteServer azurite, ITestOutputHelper output)
{
    private const int Clients = 6;

    private static readonly int Rounds = ClusterUnderLoad.Setting("ORLEANSUPLOADS_SILO_CRASH_ROUNDS", 2);

    [Fact]
    public async Task Silos_killed_in_turn_under_load_lose_nothing_and_return_no_wrong_answer()
    {
        await using var cluster = await ClusterUnderLoad.StartAsync(azurite);
        await cluster.RunAsync(Clients, Rounds, async round =>
        {
            var victim = round % ClusterUnderLoad.SiloCount;
            await cluster.DisableAsync(victim, static silo => silo.KillAsync());
            await cluster.AwaitRemovalAsync(victim);
            await cluster.ReplaceAsync(victim);
        });
        await cluster.AuditAsync();

        output.WriteLine($"{Rounds} kills, {cluster.Ledger.Finished.Count} archives, {cluster.Ledger.Open.Count} uploads left open.");
        Assert.Empty(cluster.Ledger.FailedCalls);
    }
}
