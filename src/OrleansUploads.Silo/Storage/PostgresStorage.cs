using Microsoft.Extensions.Options;
using Orleans.Storage;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Silo.Database;

using ClusterOptions = Orleans.Configuration.ClusterOptions;

namespace OrleansUploads.Silo.Storage;

/// <summary>Registers PostgreSQL as the store of journals.</summary>
internal static class PostgresStorage
{
    private const string OrleansTables = "orleans-tables";

    /// <summary>Stores journals in the tables of Orleans' provider for PostgreSQL.</summary>
    public static ISiloBuilder AddPostgresStorage(this ISiloBuilder silo, PostgresDatabase database)
    {
        silo.AddAdoNetGrainStorage(OrleansTables, options => options.Configure<IServiceProvider>((storage, services) =>
        {
            storage.Invariant = PostgresConnection.Invariant;
            storage.DataSource = database;
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
                new PostgresRows(database, service));
        });
        return silo;
    }
}
