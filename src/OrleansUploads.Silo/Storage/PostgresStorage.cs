using Microsoft.Extensions.Options;
using Orleans.Storage;
using OrleansUploads.Cluster.Settings;
using ClusterOptions = Orleans.Configuration.ClusterOptions;

namespace OrleansUploads.Silo.Storage;

/// <summary>Registers PostgreSQL as the store of journals.</summary>
internal static class PostgresStorage
{
    private const string OrleansTables = "orleans-tables";

    /// <summary>Stores journals in the tables of Orleans' provider for PostgreSQL.</summary>
    public static ISiloBuilder AddPostgresStorage(this ISiloBuilder silo, string connectionString)
    {
        var connection = PostgresConnection.WithDefaults(connectionString);
        silo.AddAdoNetGrainStorage(OrleansTables, options => options.Configure<IServiceProvider>((storage, services) =>
        {
            storage.Invariant = PostgresConnection.Invariant;
            storage.ConnectionString = connection;
            storage.DeleteStateOnClear = true;
            storage.GrainStorageSerializer = services.GetRequiredKeyedService<IGrainStorageSerializer>(ClusterNames.GrainStorage);
        }));
        silo.Services.AddKeyedSingleton<IGrainStorage>(ClusterNames.GrainStorage, (services, _) =>
        {
            var service = services.GetRequiredService<IOptions<ClusterOptions>>().Value.ServiceId;
            return new GroupedGrainStorage(
                (AdoNetGrainStorage)services.GetRequiredKeyedService<IGrainStorage>(OrleansTables),
                OrleansTables,
                service,
                new RowWriteGroups(new PostgresRows(connection, service).WriteAsync));
        });
        return silo;
    }
}
