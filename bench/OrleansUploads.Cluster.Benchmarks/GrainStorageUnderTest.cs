using OrleansUploads.Cluster.Settings;
using OrleansUploads.Silo.Database;
using OrleansUploads.Silo.Hosting;

namespace OrleansUploads.Cluster.Benchmarks;

/// <summary>A storage of the grains, as silos use it.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Add">Adds it to a silo.</param>
/// <param name="OneGrain">The share of the reports of a grain that does nothing which one grain must reach.</param>
/// <param name="ThousandGrains">The same for 1,000 grains.</param>
internal sealed record GrainStorageUnderTest(string Name, Action<ISiloBuilder> Add, double OneGrain, double ThousandGrains)
{
    /// <summary>The memory of the silo. Orleans keeps it in grains, and each write is a call of one.</summary>
    public static GrainStorageUnderTest Memory { get; } =
        new("memory", static silo => silo.AddMemoryGrainStorage(ClusterNames.GrainStorage), 0.4, 0.2);

    /// <summary>A database that has Orleans' tables.</summary>
    public static GrainStorageUnderTest Postgres(string connectionString) =>
        new("PostgreSQL", silo => silo.AddPostgresStorage(PostgresDatabase.Create(connectionString)), 0.1, 0.03);
}
