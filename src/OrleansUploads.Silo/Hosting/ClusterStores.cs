using System.Data.Common;
using System.Net;
using Azure;
using Npgsql;
using Orleans.Configuration;
using OrleansUploads.Cluster.Azure;
using OrleansUploads.Cluster.Identity;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Postgres;
using OrleansUploads.Postgres.Database;
using OrleansUploads.Serving;
using OrleansUploads.Silo.Database;
using OrleansUploads.Silo.Identity;
using OrleansUploads.Silo.Storage;

namespace OrleansUploads.Silo.Hosting;

/// <summary>Configures the stores of a cluster's membership, journals and reminders.</summary>
internal static class ClusterStores
{
    private static readonly RequiredTable[] Tables = [.. PostgresMembers.Tables, .. PostgresSchema.Journal];

    /// <summary>Opens the database of the cluster and checks that it has what the process needs.</summary>
    /// <param name="settings">The settings of the process.</param>
    /// <param name="logging">The section of the configuration about logs. The host's own log does not exist yet.</param>
    /// <returns>The database, or null if the cluster has none.</returns>
    /// <exception cref="SettingException">It cannot be used. The message says why.</exception>
    public static async Task<PostgresDatabase?> OpenDatabaseAsync(
        SiloSettings settings, IConfiguration logging, CancellationToken cancellationToken)
    {
        if (settings.Clustering != ClusterStore.Postgres)
        {
            return null;
        }

        using var logs = CreateStartLogs(settings, logging);
        return await OpenDatabaseAsync(
            settings.ConnectionString, logs.CreateLogger(typeof(PostgresPreflight)), PostgresPreflight.MaxWait, cancellationToken);
    }

    /// <summary>Creates the log of what happens before a process has its host.</summary>
    /// <param name="logging">The section of the configuration about logs.</param>
    public static ILoggerFactory CreateStartLogs(SiloSettings settings, IConfiguration logging) => LoggerFactory.Create(
        builder => builder.AddConfiguration(logging).AddOrleansUploadsLog(settings.LogFormat));

    /// <summary>Opens the database of a cluster and checks that it has all tables.</summary>
    /// <param name="maxWait"><see cref="PostgresPreflight.MaxWait"/> outside tests.</param>
    /// <exception cref="SettingException">It cannot be used. The message says why.</exception>
    internal static async Task<PostgresDatabase> OpenDatabaseAsync(
        string connectionString, ILogger log, TimeSpan maxWait, CancellationToken cancellationToken)
    {
        try
        {
            return await PostgresPreflight.OpenAsync(
                connectionString, Tables, log, maxWait, cancellationToken);
        }
        catch (ClusterRefusedException fault)
        {
            throw Refusal(fault);
        }
    }

    /// <summary>Checks that the stores can be reached and are not copies of another cluster's. The first silo makes the identity of
    /// the cluster.</summary>
    /// <param name="settings">The settings of the process. They get the identity.</param>
    /// <param name="database">The database of the cluster, or null.</param>
    /// <returns>The latest generation of the silos at the address of this silo, or 0 if there was none.</returns>
    /// <exception cref="SettingException">They cannot be used. The message says why.</exception>
    public static async Task<int> RequireAsync(SiloSettings settings, PostgresDatabase? database)
    {
        try
        {
            var generation = settings.Clustering == ClusterStore.Azure ? await AzureAccount.RequireAsync(settings)
                : database is null ? 0
                : await RequireOnPostgresAsync(settings, database);
            if (settings.ClusterIdBefore is { } before && before != settings.ClusterId)
            {
                await RequireChangeableAsync(settings, before, database);
            }

            return generation;
        }
        catch (ClusterRefusedException fault)
        {
            throw Refusal(fault);
        }
    }

    /// <summary>Where the cluster keeps its identity, or null if it is in memory.</summary>
    public static IdentityStore? IdentityOf(SiloSettings settings, PostgresDatabase? database) => settings.Clustering switch
    {
        ClusterStore.Postgres => new PostgresIdentity(database!, settings.ServiceId),
        ClusterStore.Azure => new AzureIdentity(AzureAccount.Connect(settings), settings.ServiceId),
        _ => null,
    };

    /// <summary>Configures the stores of a silo.</summary>
    public static void AddStores(this ISiloBuilder silo, SiloSettings settings, PostgresDatabase? database)
    {
        switch (settings.Clustering)
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
                break;
            case ClusterStore.Azure:
                silo.AddOrleansUploadsAzureStores(AzureAccount.Connect(settings));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(settings), settings.Clustering, "Unknown store.");
        }

        if (settings.Clustering != ClusterStore.Localhost)
        {
            silo.Services.MakeFaultsReadable<IMembershipTable>();
        }

        if (settings.Clustering == ClusterStore.Azure)
        {
            silo.Services.MakeFaultsReadable<IReminderTable>();
        }
    }

    /// <summary>Configures a cluster client to find the silos.</summary>
    public static void AddStores(this IClientBuilder client, SiloSettings settings, PostgresDatabase? database)
    {
        switch (settings.Clustering)
        {
            case ClusterStore.Postgres:
                client.UseAdoNetClustering(options =>
                {
                    options.Invariant = PostgresConnection.Invariant;
                    options.DataSource = database;
                });
                break;
            case ClusterStore.Azure:
                client.AddOrleansUploadsAzureStores(AzureAccount.Connect(settings));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(settings), settings.Clustering, "Not a store for cluster clients.");
        }
    }

    /// <summary>Requires that the user of the database may write what silos write.</summary>
    /// <param name="database">The database, or null if the cluster has none.</param>
    /// <exception cref="SettingException">It may not. The message names the rights.</exception>
    public static async Task RequireRightsAsync(PostgresDatabase? database)
    {
        try
        {
            if (database is not null)
            {
                await PostgresSchema.RequireRightsAsync(database, Tables, CancellationToken.None);
            }
        }
        catch (ClusterRefusedException fault)
        {
            throw Refusal(fault);
        }
    }

    /// <summary>Says what a store or the output refuses while a process starts or a command runs, or returns null if a fault is another one.
    /// </summary>
    public static string? FindRefusal(Exception fault) => fault switch
    {
        PostgresException refused when PostgresRefusal.IsRolledBack(refused) => PostgresRefusal.Describe(refused),
        DbException => $"PostgreSQL reported: {fault.Message}",
        RequestFailedException => $"Azure Storage reported: {fault.Message.Split('\n')[0].TrimEnd()}",
        OrleansException or IOException => fault.Message,
        _ => null,
    };

    private static async Task<int> RequireOnPostgresAsync(SiloSettings settings, PostgresDatabase database)
    {
        var isSilo = settings.Role == ProcessRole.Silo;
        if (isSilo)
        {
            await RequireRightsAsync(database);
        }

        var identity = await IdentityOf(settings, database)!.RequireAsync(makes: isSilo, CancellationToken.None);
        settings.Use(identity);
        if (isSilo)
        {
            return await PostgresMembers.ReadLastGenerationAsync(
                database, settings.ClusterId, new IPEndPoint(settings.Address, settings.SiloPort));
        }

        await PostgresMembers.RequireSilosAsync(database, settings.ClusterId);
        return 0;
    }

    /// <summary>Requires that a silo may change the cluster ID: those that have used the decisions under another one have stopped. Silos with
    /// different IDs do not know of each other, so each cluster would answer reads without what the other one has changed.</summary>
    private static async Task RequireChangeableAsync(SiloSettings settings, string before, PostgresDatabase? database)
    {
        if (settings.Role != ProcessRole.Silo)
        {
            throw new SettingException(
                $"{VariableOf(nameof(SiloSettings.ClusterId))}: the cluster of this data is '{before}', and not '{settings.ClusterId}'. Correct the "
                + "setting, or start a silo with it first.");
        }

        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(silo =>
        {
            UploadsHost.AddEntities(silo, settings, database);
            silo.Services.Configure<ClusterOptions>(cluster => cluster.ClusterId = before);
        });
        using var host = builder.Build();
        var members = host.Services.GetRequiredService<IMembershipTable>();
        if (await StoppedCluster.FindRunningAsync(members, CancellationToken.None) is { } running)
        {
            throw new SettingException(
                $"{VariableOf(nameof(SiloSettings.ClusterId))}: this silo would be a cluster '{settings.ClusterId}' of its own, beside the cluster "
                + $"'{before}' with the same data, and neither would see what the other one changes. The silo {running.SiloAddress.Endpoint} of "
                + $"'{before}' was running at {running.IAmAliveTime:HH:mm:ss} UTC. Correct the setting; to change it, stop all silos first.");
        }
    }

    private static SettingException Refusal(ClusterRefusedException fault) =>
        new($"{VariableOf(nameof(SiloSettings.ConnectionString))}: {fault.Message}", fault);
}
