namespace OrleansUploads.Cluster.Tests.Membership;

public sealed class PredecessorRemovalTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    [Promise("cluster.md", "all silos die at once (a power cut)")]
    public async Task A_silo_that_loses_races_for_the_table_declares_its_predecessor_dead_before_it_is_active(int lostRaces)
    {
        var (siloPort, clientPort) = (FreePort.Take(1)[0], FreePort.Take(1)[0]);
        var predecessor = SiloAddress.New(IPAddress.Loopback, siloPort, 1);
        var table = new ContendedMembershipTable(predecessor, lostRaces);
        using var host = StartingSilo.Build(siloPort, clientPort, table);

        await host.StartAsync();
        await host.StopAsync();

        Assert.Equal(SiloStatus.Dead, table.AtFirstActivation);
    }
}
