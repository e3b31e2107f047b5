using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Postgres.Database;

namespace OrleansUploads.Postgres.Hosting;

/// <summary>Keeps in PostgreSQL what the grains of a silo decide.</summary>
public static class PostgresServices
{
    /// <summary>Adds the grains of uploads to a silo, over a database that all silos share. The silo needs no grain storage and no reminders
    /// for them. The rows of the database belong to the service ID of the silo.</summary>
    /// <param name="silo">The silo. Its clustering is yours.</param>
    /// <param name="parts">Where the bytes are. All silos have the same store.</param>
    /// <param name="database">An open database. Dispose of it after the host.</param>
    /// <param name="options">The same for all silos; null for the defaults.</param>
    /// <remarks>The start of a silo fails with a <see cref="ClusterRefusedException"/> if the database is a copy of the one in which the
    /// cluster began, because the silos of both would delete each other's bytes.</remarks>
    public static ISiloBuilder AddOrleansUploads(
        this ISiloBuilder silo, IPartStore parts, PostgresDatabase database, EntityClusterOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(database);
        silo.Services.AddSingleton(parts);
        silo.Services.AddDatabase(database);
        options ??= new EntityClusterOptions();
        return silo.AddOrleansUploads(database, options with
        {
            FindStoreIdentity = options.FindStoreIdentity ?? (async (services, cancellationToken) =>
                (await new PostgresIdentity(database, ServiceOf(services)).RequireAsync(makes: true, cancellationToken)).Id),
        });
    }

    /// <summary>For a silo that has registered its part store and the database, and knows its identity.</summary>
    internal static ISiloBuilder AddOrleansUploads(this ISiloBuilder silo, PostgresDatabase database, EntityClusterOptions options) =>
        silo.AddOrleansUploads(options, services =>
        {
            var journal = new PostgresJournal(database, ServiceOf(services));
            return new SharedStore(journal, journal, new PostgresNamedRows(database, ServiceOf(services)));
        });

    /// <summary>Adds a database and what watches its servers. It starts before Orleans and stops after it.</summary>
    internal static void AddDatabase(this IServiceCollection services, PostgresDatabase database)
    {
        services.AddSingleton(database);
        services.Insert(0, ServiceDescriptor.Singleton<IHostedService, DatabaseWatch>());
    }

    private static string ServiceOf(IServiceProvider services) => services.GetRequiredService<IOptions<ClusterOptions>>().Value.ServiceId;
}
