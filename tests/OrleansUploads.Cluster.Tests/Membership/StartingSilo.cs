using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using OrleansUploads.Cluster.Hosting;

namespace OrleansUploads.Cluster.Tests.Membership;

/// <summary>A real silo in this process that joins a cluster with a given membership table.</summary>
internal static class StartingSilo
{
    public static IHost Build(int siloPort, int clientPort, IMembershipTable table)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(silo =>
        {
            silo.ConfigureEndpoints(IPAddress.Loopback, siloPort, clientPort, listenOnAnyHostAddress: false);
            silo.Configure<ClusterMembershipOptions>(membership =>
            {
                membership.ProbeTimeout = TimeSpan.FromSeconds(1);
                membership.NumMissedProbesLimit = 2;
            });
            silo.Services.AddSingleton(table);
            silo.AddMembershipRepair();
        });
        return builder.Build();
    }
}
