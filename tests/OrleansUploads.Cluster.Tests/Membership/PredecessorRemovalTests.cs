using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansUploads.Cluster.Hosting;

namespace OrleansUploads.Cluster.Tests.Membership;

public sealed class PredecessorRemovalTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public async Task A_silo_that_loses_races_for_the_table_declares_its_predecessor_dead_before_it_is_active(int lostRaces)
    {
        var (siloPort, clientPort) = (TakePort(), TakePort());
        var predecessor = SiloAddress.New(IPAddress.Loopback, siloPort, 1);
        var table = new ContendedMembershipTable(predecessor, lostRaces);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(silo =>
        {
            silo.ConfigureEndpoints(IPAddress.Loopback, siloPort, clientPort, listenOnAnyHostAddress: false);
            silo.Services.AddSingleton<IMembershipTable>(table);
            silo.AddPredecessorRemoval();
        });
        using var host = builder.Build();

        await host.StartAsync();
        await host.StopAsync();

        Assert.Equal(SiloStatus.Dead, table.AtFirstActivation);
    }

    private static int TakePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
