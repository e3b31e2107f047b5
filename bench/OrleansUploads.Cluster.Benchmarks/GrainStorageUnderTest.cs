using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Postgres;
using OrleansUploads.Postgres.Database;

namespace OrleansUploads.Cluster.Benchmarks;

/// <summary>A storage of the grains, as silos use it.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Add">Adds the entities over it to a silo.</param>
/// <param name="OneGrain">The share of the reports of a grain that does nothing which one grain must reach.</param>
/// <param name="ThousandGrains">The same for 1,000 grains.</param>
internal sealed record GrainStorageUnderTest(string Name, Action<ISiloBuilder> Add, double OneGrain, double ThousandGrains)
{
    private const string Service = "benchmark";

    /// <summary>The memory of the silo. Orleans keeps it in grains, and each write is a call of one.</summary>
    public static GrainStorageUnderTest Memory { get; } =
        new(
            "memory",
            static silo => silo.AddMemoryGrainStorage(ClusterNames.GrainStorage).UseInMemoryReminderService()
                .AddOrleansUploads(new EntityClusterOptions()),
            0.4,
            0.2);

    /// <summary>A database that has the schema of silos.</summary>
    public static GrainStorageUnderTest Postgres(string connectionString) => new(
        "PostgreSQL",
        silo =>
        {
            var database = PostgresDatabase.Create(connectionString);
            var journal = new PostgresJournal(database, Service);
            silo.AddOrleansUploads(
                new EntityClusterOptions(), new SharedStore(journal, journal, new PostgresNamedRows(database, Service)));
        },
        0.1,
        0.03);
}
