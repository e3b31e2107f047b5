using OrleansUploads.Cluster.Tests.Journal;

namespace OrleansUploads.Cluster.Azure.Tests;

/// <summary>One stream in tables, written by two hosts at once.</summary>
public sealed class TwoHostsOnAzureTests(AzuriteServer azurite, ITestOutputHelper output)
{
    private const int Seeds = 2;
    private const int Steps = 60;

    [Fact]
    public async Task Acknowledged_records_are_read_back_in_one_order_despite_faults_and_conflicts()
    {
        var (faults, conflicts) = (0, 0);
        await using var host = await RunningHost.StartAsync(await azurite.CreateClusterAsync());
        for (var seed = 0; seed < Seeds; seed++)
        {
            var hosts = new TwoHosts(seed, Steps, host.Storage);
            await hosts.RunAsync();
            faults += hosts.Faults;
            conflicts += hosts.Conflicts;
        }

        output.WriteLine($"{faults} faults before or after the effect or with a late effect, {conflicts} conflicts.");
        Assert.True(faults > Seeds, $"Only {faults} storage faults happened.");
        Assert.True(conflicts > Seeds, $"Only {conflicts} conflicts happened.");
    }
}
