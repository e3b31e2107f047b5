using Microsoft.Extensions.Hosting;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Engine.Memory;

namespace OrleansUploads.Cluster.Tests.Harness;

/// <summary>A silo of somebody else that hosts the grains, as docs/extending.md shows it. Everything is in memory.</summary>
internal static class ForeignSilo
{
    public static IHost Build()
    {
        var builder = Host.CreateApplicationBuilder();
        AddTo(builder);
        return builder.Build();
    }

    public static void AddTo(IHostApplicationBuilder builder)
    {
        var ports = FreePort.Take(2);
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering(ports[0], ports[1])
            .AddMemoryGrainStorage(ClusterNames.GrainStorage)
            .UseInMemoryReminderService()
            .AddOrleansUploads(new MemoryPartStore()));
    }
}
