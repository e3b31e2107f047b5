using Orleans.Metadata;
using Orleans.Storage;
using OrleansUploads.Cluster.Moving;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Silo.Database;
using OrleansUploads.Silo.Hosting;
using OrleansUploads.Silo.Storage;

namespace OrleansUploads.Silo.Moving;

/// <summary>The stores of a cluster without running silos. This process uses them as a silo does, and does not join the
/// cluster.</summary>
internal sealed class StoppedCluster : IAsyncDisposable
{
    /// <summary>A running silo updates its row in the table of silos several times in this period. The row of a crashed silo stays
    /// unchanged.</summary>
    private static readonly TimeSpan SilentTime = TimeSpan.FromMinutes(1);

    private readonly IHost _host;
    private readonly PostgresDatabase? _database;
    private readonly IGrainStorage _storage;
    private readonly IReminderTable _reminders;

    private StoppedCluster(IHost host, PostgresDatabase? database, IPartStore parts, string name)
    {
        _host = host;
        _database = database;
        _storage = host.Services.GetRequiredKeyedService<IGrainStorage>(ClusterNames.GrainStorage);
        _reminders = host.Services.GetRequiredService<IReminderTable>();
        Parts = parts;
        Name = name;
        Target = new ClusterMoveTarget(
            _storage,
            _reminders,
            host.Services.GetRequiredService<GrainTypeResolver>(),
            host.Services.GetRequiredService<Cluster.Settings.ClusterOptions>());
    }

    /// <summary>The name of the cluster.</summary>
    public string Name { get; }

    /// <summary>Keeps the bytes.</summary>
    public IPartStore Parts { get; }

    /// <summary>Identifies the store of the bytes.</summary>
    public IStoreMark Mark => (IStoreMark)Parts;

    /// <summary>Keeps the decisions.</summary>
    public ClusterMoveTarget Target { get; }

    /// <summary>Opens the stores of the settings.</summary>
    /// <param name="arguments">Settings on the command line.</param>
    /// <param name="require">Refuses settings.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <exception cref="SettingException">The stores cannot be used, or a silo of the cluster is running.</exception>
    public static async Task<StoppedCluster> OpenAsync(
        string[] arguments, Action<SiloSettings> require, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        var settings = SiloSettings.Read(builder.Configuration, arguments);
        require(settings);
        settings = settings with { Role = ProcessRole.Silo };
        var database = await ClusterStores.OpenDatabaseAsync(settings, builder.Configuration.GetSection("Logging"));
        IHost? host = null;
        try
        {
            await ClusterStores.RequireAsync(settings, database);
            builder.UseOrleans(silo => UploadsHost.AddEntities(silo, settings, database));
            host = builder.Build();
            var cluster = new StoppedCluster(host, database, await PartStores.OpenAsync(settings), settings.ClusterId);
            await cluster.StartStoresAsync(cancellationToken);
            await cluster.RequireStoppedAsync(cancellationToken);
            return cluster;
        }
        catch
        {
            host?.Dispose();
            await (database?.DisposeAsync() ?? ValueTask.CompletedTask);
            throw;
        }
    }

    /// <summary>Begins a move into the cluster, or continues it. From now on its silos refuse to start.</summary>
    /// <param name="move">The ID of the move.</param>
    /// <param name="bytesStay">Whether the bytes of the folder are in the cluster's store already.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <exception cref="SettingException">The cluster is not empty, or another folder moves into it.</exception>
    public async Task BeginAsync(string move, bool bytesStay, CancellationToken cancellationToken)
    {
        if (await ClusterMove.FindAsync(_storage, cancellationToken) is { } other)
        {
            if (other != move)
            {
                throw new SettingException(
                    $"Another folder moves into the cluster {Name} already, or the file {Engine.Moving.FolderMove.ProgressFile} of this one was "
                    + "deleted. Use an empty cluster.");
            }

            return;
        }

        if (await PartStoreMark.FindAsync(_storage, cancellationToken) is not null
            || (!bytesStay && await Mark.HasBytesAsync(cancellationToken)))
        {
            throw new SettingException(
                $"The cluster {Name} is not empty: its silos have run, or {Mark.Place} contains bytes. Move into an empty database and an empty "
                + "store.");
        }

        await ClusterMove.BeginAsync(_storage, move, cancellationToken);

        // A silo that became active in the meantime may not have seen the move. One that is still joining sees it.
        await RequireStoppedAsync(cancellationToken);
    }

    /// <summary>Ends the move. From now on the silos of the cluster may start.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        await RequireStoppedAsync(cancellationToken);
        await PartStoreMark.MakeAsync(_storage, Mark, cancellationToken);
        await ClusterMove.EndAsync(_storage, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        (Parts as IDisposable)?.Dispose();
        _host.Dispose();
        await (_database?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private async Task StartStoresAsync(CancellationToken cancellationToken)
    {
        var lifecycle = new StoreLifecycle(_host.Services.GetRequiredService<ILogger<StoreLifecycle>>());
        foreach (var participant in _host.Services.GetServices<ILifecycleParticipant<ISiloLifecycle>>().Where(
            static participant => participant is IGrainStorage))
        {
            participant.Participate(lifecycle);
        }

        await lifecycle.OnStart(cancellationToken);
        await _reminders.StartAsync(cancellationToken);
    }

    /// <exception cref="SettingException">A silo is running.</exception>
    private async Task RequireStoppedAsync(CancellationToken cancellationToken)
    {
        var members = _host.Services.GetRequiredService<IMembershipTable>();
        await members.InitializeMembershipTableAsync(tryInitTableVersion: true, cancellationToken);
        var since = DateTime.UtcNow - SilentTime;
        var running = (await members.ReadAllAsync(cancellationToken)).Members
            .Select(static member => member.Item1)
            .FirstOrDefault(member => member.Status == SiloStatus.Active && member.IAmAliveTime > since);
        if (running is not null)
        {
            throw new SettingException(
                $"The silo {running.SiloAddress.ToParsableString()} of the cluster {Name} was running at {running.IAmAliveTime:HH:mm:ss} UTC. Stop "
                + $"all silos before a move. If it has died, wait until {SilentTime.TotalSeconds:F0} seconds after that.");
        }
    }

    /// <summary>Starts the stores without a silo.</summary>
    private sealed class StoreLifecycle(ILogger log) : LifecycleSubject(log), ISiloLifecycle
    {
        public int HighestCompletedStage => int.MaxValue;

        public int LowestStoppedStage => int.MaxValue;
    }
}
