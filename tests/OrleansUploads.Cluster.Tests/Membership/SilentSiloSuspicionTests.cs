namespace OrleansUploads.Cluster.Tests.Membership;

public sealed class SilentSiloSuspicionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact, Campaign]
    [Promise("cluster.md", "all silos die at once (a power cut)")]
    public async Task A_silo_joins_although_another_one_is_missing_for_good()
    {
        var missing = SiloAddress.New(IPAddress.Loopback, FreePort.Take(1)[0], 1);
        var table = new ContendedMembershipTable(missing, lostRaces: 1, isSilent: true);
        using var host = StartingSilo.Build(FreePort.Take(1)[0], FreePort.Take(1)[0], table);
        using var patience = new CancellationTokenSource(Patience);

        await host.StartAsync(patience.Token);
        await host.StopAsync(patience.Token);

        Assert.Equal(SiloStatus.Dead, table.AtFirstActivation);
    }

    [Fact]
    [Promise("cluster.md", "only the network between two silos fails")]
    public async Task A_silo_with_a_heartbeat_is_not_suspected_by_a_silo_that_cannot_reach_it()
    {
        var unreachable = SiloAddress.New(IPAddress.Loopback, FreePort.Take(1)[0], 1);
        var table = new ContendedMembershipTable(unreachable, lostRaces: 0);
        using var host = StartingSilo.Build(FreePort.Take(1)[0], FreePort.Take(1)[0], table);
        using var stopping = new CancellationTokenSource();

        var starting = host.StartAsync(stopping.Token);
        await table.ReadOften.WaitAsync(Patience);
        await stopping.CancelAsync();
        await starting.ContinueWith(static _ => { }, TaskScheduler.Default);

        Assert.Empty(table.Votes);
        Assert.Null(table.AtFirstActivation);
    }
}
