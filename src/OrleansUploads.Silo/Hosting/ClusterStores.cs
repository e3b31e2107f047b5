using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Silo.Settings;
#if WITH_AZURE
using OrleansUploads.Cluster.Azure;
#endif

namespace OrleansUploads.Silo.Hosting;

/// <summary>Where a cluster keeps its membership, its journals and its reminders.</summary>
internal static class ClusterStores
{
    private const string Npgsql = "Npgsql";

    /// <summary>Gives a silo its stores.</summary>
    /// <exception cref="SettingException">This build does not have them.</exception>
    public static void AddStores(this ISiloBuilder silo, SiloSettings settings)
    {
        switch (settings.Store)
        {
            case ClusterStore.Localhost:
                silo.UseLocalhostClustering(settings.SiloPort, settings.ClientPort);
                silo.AddMemoryGrainStorage(ClusterNames.GrainStorage);
                silo.UseInMemoryReminderService();
                break;
            case ClusterStore.Postgres:
                silo.UseAdoNetClustering(options =>
                {
                    options.Invariant = Npgsql;
                    options.ConnectionString = settings.ConnectionString;
                });
                silo.AddAdoNetGrainStorage(ClusterNames.GrainStorage, options =>
                {
                    options.Invariant = Npgsql;
                    options.ConnectionString = settings.ConnectionString;
                    options.DeleteStateOnClear = true;
                });
                silo.UseAdoNetReminderService(options =>
                {
                    options.Invariant = Npgsql;
                    options.ConnectionString = settings.ConnectionString;
                });
                break;
            case ClusterStore.Azure:
#if WITH_AZURE
                silo.AddOrleansUploadsAzureStores(settings.ConnectionString);
                break;
#else
                throw BuiltWithoutAzure();
#endif
            default:
                throw new ArgumentOutOfRangeException(nameof(settings), settings.Store, "No such store.");
        }
    }

    /// <summary>Tells a client where the silos are.</summary>
    /// <exception cref="SettingException">This build cannot find out.</exception>
    public static void AddStores(this IClientBuilder client, SiloSettings settings)
    {
        switch (settings.Store)
        {
            case ClusterStore.Postgres:
                client.UseAdoNetClustering(options =>
                {
                    options.Invariant = Npgsql;
                    options.ConnectionString = settings.ConnectionString;
                });
                break;
            case ClusterStore.Azure:
#if WITH_AZURE
                client.AddOrleansUploadsAzureStores(settings.ConnectionString);
                break;
#else
                throw BuiltWithoutAzure();
#endif
            default:
                throw new ArgumentOutOfRangeException(nameof(settings), settings.Store, "No such store for a client.");
        }
    }

#if !WITH_AZURE
    private static SettingException BuiltWithoutAzure() => new(
        $"{KnownSettings.Clustering.Variable} is azure, and this build has no Azure Storage in it. Use postgres, or build with "
        + "-p:WithAzure=true where the Orleans packages for Azure Storage can be restored.");
#endif
}
