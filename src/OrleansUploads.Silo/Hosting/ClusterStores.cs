using System.Net;
using OrleansUploads.Cluster.Azure;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Silo.Settings;
using OrleansUploads.Silo.Storage;

namespace OrleansUploads.Silo.Hosting;

/// <summary>Configures the stores of a cluster's membership, journals and reminders.</summary>
internal static class ClusterStores
{
    /// <summary>Checks that the stores can be reached and have what the process needs.</summary>
    /// <returns>The latest generation of the silos at the address of this silo, or 0 if there was none.</returns>
    /// <exception cref="SettingException">They cannot be used. The message says why.</exception>
    public static async Task<int> RequireAsync(SiloSettings settings)
    {
        switch (settings.Store)
        {
            case ClusterStore.Postgres:
                await PostgresSchema.RequireAsync(settings.ConnectionString);
                return settings.Role != ProcessRole.Silo ? 0 : await PostgresMembership.ReadLastGenerationAsync(
                    settings.ConnectionString, settings.ClusterId, new IPEndPoint(settings.AdvertisedAddress, settings.SiloPort));
            case ClusterStore.Azure:
                return await AzureAccount.RequireAsync(settings);
            default:
                return 0;
        }
    }

    /// <summary>Configures the stores of a silo.</summary>
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
                    options.Invariant = PostgresConnection.Invariant;
                    options.ConnectionString = PostgresConnection.WithDefaults(settings.ConnectionString);
                });
                silo.AddPostgresStorage(settings.ConnectionString);
                silo.UseAdoNetReminderService(options =>
                {
                    options.Invariant = PostgresConnection.Invariant;
                    options.ConnectionString = PostgresConnection.WithDefaults(settings.ConnectionString);
                });
                break;
            case ClusterStore.Azure:
                silo.AddOrleansUploadsAzureStores(AzureAccount.Connect(settings));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(settings), settings.Store, "Unknown store.");
        }
    }

    /// <summary>Configures a cluster client to find the silos.</summary>
    public static void AddStores(this IClientBuilder client, SiloSettings settings)
    {
        switch (settings.Store)
        {
            case ClusterStore.Postgres:
                client.UseAdoNetClustering(options =>
                {
                    options.Invariant = PostgresConnection.Invariant;
                    options.ConnectionString = PostgresConnection.WithDefaults(settings.ConnectionString);
                });
                break;
            case ClusterStore.Azure:
                client.AddOrleansUploadsAzureStores(AzureAccount.Connect(settings));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(settings), settings.Store, "Not a store for cluster clients.");
        }
    }
}
