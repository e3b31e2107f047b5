using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using OrleansUploads.Cluster.Settings;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>Refuses a silo over grain storage that lacks what its host must register. Otherwise a silo without the grain storage would start,
/// and each request would fail.</summary>
/// <remarks>The services of a silo are created before Orleans asks its validators. This is created before the service of the reminders,
/// which would fail without a table, and say less.</remarks>
internal sealed class GrainStorageRequirement : ILifecycleParticipant<ISiloLifecycle>
{
    /// <exception cref="OrleansConfigurationException">Something is missing. The message says what to register.</exception>
    public GrainStorageRequirement(IServiceProvider services)
    {
        if (services.GetKeyedService<IGrainStorage>(ClusterNames.GrainStorage) is null)
        {
            throw Missing(
                $"grain storage named '{ClusterNames.GrainStorage}'",
                $"silo.AddMemoryGrainStorage({nameof(ClusterNames)}.{nameof(ClusterNames.GrainStorage)})");
        }

        if (services.GetService<IReminderTable>() is null)
        {
            throw Missing("reminder service", "silo.UseInMemoryReminderService()");
        }
    }

    public void Participate(ISiloLifecycle lifecycle)
    {
    }

    private static OrleansConfigurationException Missing(string what, string inTests) => new(
        $"The grains of OrleansUploads need a {what}, and the silo has none. Register a provider of Orleans that keeps its data, or {inTests} "
        + "in tests. Over PostgreSQL, with the package OrleansUploads.Postgres, neither grain storage nor reminders are needed: call "
        + "silo.AddOrleansUploads(parts, database).");
}
