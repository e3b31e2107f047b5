using System.CommandLine;
using Orleans.Metadata;
using Orleans.Storage;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Cluster.Moving;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Engine.Moving;
using OrleansUploads.Engine.Ownership;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Postgres;
using OrleansUploads.Postgres.Database;
using OrleansUploads.Silo.Database;
using OrleansUploads.Silo.Hosting;
using OrleansUploads.Silo.Storage;

namespace OrleansUploads.Silo.Moving;

/// <summary>The decisions and the bytes of a cluster. This process uses their stores as a silo does, and does not join the
/// cluster.</summary>
internal sealed class ClusterData : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly PostgresDatabase? _database;

    private ClusterData(IHost host, SiloSettings settings, PostgresDatabase? database, IPartStore parts)
    {
        _host = host;
        _database = database;
        Settings = settings;
        Rows = host.Services.GetRequiredService<INamedRows>();
        Parts = parts;
        if (database is not null)
        {
            var journal = (PostgresJournal)host.Services.GetRequiredService<SharedStore>().Journal;
            (Decisions, Journal) = (new PostgresImport(journal), new PostgresInspection(journal));
            return;
        }

        var decisions = new ClusterDecisions(
            host.Services.GetRequiredKeyedService<IGrainStorage>(ClusterNames.GrainStorage),
            host.Services.GetRequiredService<IReminderTable>(),
            host.Services.GetRequiredService<GrainTypeResolver>(),
            host.Services.GetRequiredService<EntityClusterOptions>());
        Decisions = decisions;
        Journal = new AzureJournal(decisions, AzureAccount.Connect(settings), settings.ServiceId);
    }

    /// <summary>The settings, with the identity of the cluster.</summary>
    public SiloSettings Settings { get; }

    public string Name => Settings.ClusterId;

    /// <summary>The database of PostgreSQL, or null if the cluster has none.</summary>
    public PostgresDatabase? Database => _database;

    public IPartStore Parts { get; }

    public IStoreMark Mark => (IStoreMark)Parts;

    /// <summary>The decisions, which may be changed only while no silo runs.</summary>
    public IDecisionTarget Decisions { get; }

    public IInspectedJournal Journal { get; }

    public INamedRows Rows { get; }

    public static Task<ClusterData> OpenAsync(ParseResult commandLine, CancellationToken cancellationToken) =>
        OpenAsync(commandLine, isReader: false, cancellationToken);

    /// <summary>Opens the stores of a cluster. Nothing is created in them, and silos may be running.</summary>
    public static Task<ClusterData> OpenForReadingAsync(ParseResult commandLine, CancellationToken cancellationToken) =>
        OpenAsync(commandLine, isReader: true, cancellationToken);

    private static async Task<ClusterData> OpenAsync(ParseResult commandLine, bool isReader, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        var settings = SettingsReader.Read(builder.Configuration, commandLine);
        settings.RequireCluster();
        settings.Role = isReader ? ProcessRole.Gateway : ProcessRole.Silo;
        var database = await ClusterStores.OpenDatabaseAsync(
            settings, builder.Configuration.GetSection("Logging"), cancellationToken);
        IHost? host = null;
        try
        {
            await ClusterStores.RequireAsync(settings, database);
            builder.UseOrleans(silo => UploadsHost.AddEntities(silo, settings, database));
            host = builder.Build();
            var parts = isReader ? PartStores.OpenForReading(settings) : await PartStores.OpenAsync(settings);
            var cluster = new ClusterData(host, settings, database, parts);
            await cluster.StartStoresAsync(startsReminders: !isReader, cancellationToken);
            return cluster;
        }
        catch
        {
            host?.Dispose();
            await (database?.DisposeAsync() ?? ValueTask.CompletedTask);
            throw;
        }
    }

    /// <summary>Reads the silos of the cluster, also the dead ones. The user of a database on PostgreSQL needs no right to write.</summary>
    public async Task<IReadOnlyList<MembershipEntry>> ReadMembersAsync(CancellationToken cancellationToken)
    {
        if (_database is not null && !await PostgresMembers.HasVersionAsync(_database, Name))
        {
            // A backup has left the table out. Without its version, it cannot be read.
            return [];
        }

        var members = _host.Services.GetRequiredService<IMembershipTable>();
        await members.InitializeMembershipTableAsync(tryInitTableVersion: _database is null, cancellationToken);
        return await StoppedCluster.ReadMembersAsync(members, cancellationToken);
    }

    /// <summary>Takes nothing.</summary>
    public ValueTask<(string Holder, bool IsOwn)?> FindHolderAsync(CancellationToken cancellationToken) =>
        ClusterParts.OwnershipOf(Mark, _host.Services).FindHolderAsync(cancellationToken);

    public Task RequireStoppedAsync(CancellationToken cancellationToken) =>
        StoppedCluster.RequireAsync(_host.Services.GetRequiredService<IMembershipTable>(), Name, cancellationToken);

    /// <summary>Gives the part store to the cluster. Its former owner loses it.</summary>
    /// <exception cref="SettingException">It is not the store of the cluster, or another process takes it at the same time.</exception>
    public async Task TakeStoreAsync(CancellationToken cancellationToken)
    {
        var ownership = ClusterParts.OwnershipOf(Mark, _host.Services);
        try
        {
            await ClusterStoreMark.RequireMatchAsync(Rows, Mark, ownership, cancellationToken);
            await ownership.TakeAsync(takesOver: true, cancellationToken);
        }
        catch (StoreMarkException fault)
        {
            throw PartStoreMark.Describe(Mark, fault.Fault, fault);
        }
        catch (StoreOwnedException fault)
        {
            throw PartStoreMark.Describe(fault);
        }
    }

    public async ValueTask DisposeAsync()
    {
        (Parts as IDisposable)?.Dispose();
        _host.Dispose();
        await (_database?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private async Task StartStoresAsync(bool startsReminders, CancellationToken cancellationToken)
    {
        var lifecycle = new StoreLifecycle(_host.Services.GetRequiredService<ILogger<StoreLifecycle>>());
        foreach (var participant in _host.Services.GetServices<ILifecycleParticipant<ISiloLifecycle>>().Where(
            static participant => participant is IGrainStorage))
        {
            participant.Participate(lifecycle);
        }

        await lifecycle.OnStart(cancellationToken);
        if (startsReminders && _host.Services.GetService<IReminderTable>() is { } reminders)
        {
            await reminders.StartAsync(cancellationToken);
        }
    }

    private sealed class StoreLifecycle(ILogger log) : LifecycleSubject(log), ISiloLifecycle
    {
        public int HighestCompletedStage => int.MaxValue;

        public int LowestStoppedStage => int.MaxValue;
    }
}
