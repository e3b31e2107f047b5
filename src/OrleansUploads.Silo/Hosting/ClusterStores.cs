using OrleansUploads.Cluster.Settings;
using OrleansUploads.Silo.Database;
using OrleansUploads.Silo.Settings;
using OrleansUploads.Silo.Storage;
#if WITH_AZURE
using OrleansUploads.Cluster.Azure;
#endif

namespace OrleansUploads.Silo.Hosting;

/// <summary>Configures the stores of a cluster's membership, journals and reminders.</summary>
internal static class ClusterStores
{
    /// <summary>Configures the stores of a silo.</summary>
    /// <exception cref="SettingException">This build does not support the store.</exception>
    public static void AddStores(this ISiloBuilder silo, SiloSettings settings, PostgresDatabase? database)
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
                    options.Invariant = PostgresConnection.Invariant;
                    options.DataSource = database;
                });
                silo.AddPostgresStorage(database!);
                silo.UseAdoNetReminderService(options =>
                {
                    options.Invariant = PostgresConnection.Invariant;
                    options.DataSource = database;
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
                throw new ArgumentOutOfRangeException(nameof(settings), settings.Store, "Unknown store.");
        }
    }

    /// <summary>Configures a cluster client to find the silos.</summary>
    /// <exception cref="SettingException">This build does not support the store.</exception>
    public static void AddStores(this IClientBuilder client, SiloSettings settings, PostgresDatabase? database)
    {
        switch (settings.Store)
        {
            case ClusterStore.Postgres:
                client.UseAdoNetClustering(options =>
                {
                    options.Invariant = PostgresConnection.Invariant;
                    options.DataSource = database;
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
                throw new ArgumentOutOfRangeException(nameof(settings), settings.Store, "Not a store for cluster clients.");
        }
    }

#if !WITH_AZURE
    private static SettingException BuiltWithoutAzure() => new(
        $"{KnownSettings.Clustering.Variable} is azure, but this build does not support Azure Storage. Use postgres, or build with "
        + "-p:WithAzure=true, which requires the Orleans packages for Azure Storage.");
#endif
}
