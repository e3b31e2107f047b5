using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansUploads.Engine.Clocks;
using OrleansUploads.Engine.Collecting;
using OrleansUploads.Engine.Ownership;

namespace OrleansUploads.Engine.Embedded;

/// <summary>The whole engine in one process: entities, the paths of the bytes, and maintenance, over stores that it is given.
/// </summary>
public sealed class EmbeddedEngine : IAsyncDisposable
{
    private readonly EngineSetup _setup;
    private readonly EngineLog _log;
    private Maintenance? _maintenance;

    /// <summary>Assembles an engine. It serves commands; <see cref="Start"/> begins the work in the background.</summary>
    public EmbeddedEngine(EngineSetup setup)
    {
        _setup = setup;
        _log = new EngineLog(setup.Logger ?? NullLogger.Instance, setup.Time);
        Parts = setup.Ports.Parts;
        Clock = setup.Clock ?? new ServiceClock(
            setup.MachineClock ?? (setup.Time == TimeProvider.System ? new SystemHostClock() : new HostClock(setup.Time)));
        Host = new EmbeddedHost(
            setup.Catalog ?? new EntityCatalog(setup.Options.Telling(setup.Events is not null)),
            setup.Ports.Journal,
            Parts,
            setup.Time,
            setup.Host,
            setup.Notifier,
            setup.Meter,
            Clock,
            _log,
            setup.Events);
        Ids = setup.Ids ?? new IdSource(setup.Time);
        Paths = new BytePaths(Host, Parts, Ids, setup.Time, setup.Options.Maintenance, setup.Lanes, Host, Host.Keys);
        Collector = new AttemptCollector(Host, Parts, Clock, setup.Ports.CheckIndex, _log);
        Wakes = new WakeScan(Host, setup.Ports.Wakes);
        Deleted = new DeletedBytes(Host, setup.Ports.Wakes, Clock, setup.Options.LongestRetention, setup.Time);
    }

    public EmbeddedHost Host { get; }

    public IPartStore Parts { get; }

    /// <summary>The clock by which the entities decide.</summary>
    public IServiceClock Clock { get; }

    /// <summary>Records when the service was running, and knows whether the clock can be trusted.</summary>
    /// <exception cref="InvalidOperationException">The engine has another clock.</exception>
    public ServiceClock ServiceClock => Clock as ServiceClock ?? throw new InvalidOperationException("The engine does not keep its clock.");

    public IdSource Ids { get; }

    public BytePaths Paths { get; }

    public AttemptCollector Collector { get; }

    public WakeScan Wakes { get; }

    /// <summary>The bytes of deleted archives and objects that are not freed yet.</summary>
    public DeletedBytes Deleted { get; }

    /// <summary>Begins maintenance, unless the setup says otherwise.</summary>
    public EmbeddedEngine Start()
    {
        if (_setup.RunsMaintenance)
        {
            _maintenance = new Maintenance(
                Wakes, Collector, (Parts as OwnedPartStore)?.Ownership, _setup.Ports.CheckIndex, BeatAsync, _setup.Options.Maintenance, _setup.Time, _log);
            FirstBeat = _maintenance.FirstBeat;
        }

        return this;
    }

    /// <summary>Ends when the engine has recorded, or could not record, that the service is running. Until then its clock is not
    /// trusted.</summary>
    public Task FirstBeat { get; private set; } = Task.CompletedTask;

    /// <summary>Stops maintenance. Requests are still served.</summary>
    public async ValueTask StopAsync()
    {
        if (Interlocked.Exchange(ref _maintenance, null) is { } maintenance)
        {
            await maintenance.DisposeAsync();
        }
    }

    /// <summary>Stops maintenance first and then the entities. The stores can be closed afterwards.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Host.DisposeAsync();
        Deleted.Dispose();
        (Clock as IDisposable)?.Dispose();
    }

    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        var clock = ServiceClock;
        await clock.BeatAsync(Host, cancellationToken);
        if (clock.TakeNewFault() is { } fault)
        {
            _log.ClockNotTrusted(ClockFaultText.Describe(fault));
        }
    }
}

/// <summary>The parts of an <see cref="EmbeddedEngine"/>. The simulation differs from a server only in this.</summary>
/// <param name="Ports">The stores; the engine does not dispose them.</param>
/// <param name="Time">The clock of timers and IDs.</param>
public sealed record EngineSetup(EnginePorts Ports, EngineOptions Options, TimeProvider Time)
{
    /// <summary>Logs failures of background work; null to log nothing.</summary>
    public ILogger? Logger { get; init; }

    /// <summary>Sends notifications about finished jobs; null to send none.</summary>
    public INotifier? Notifier { get; init; }

    /// <summary>Receives the ends of multipart uploads; null to tell and record none.</summary>
    public IUploadEvents? Events { get; init; }

    /// <summary>Measures the output of inventory jobs, or null if no job needs it.</summary>
    public IInventoryMeter? Meter { get; init; }

    /// <summary>Options of the entities in memory.</summary>
    public EmbeddedHostOptions Host { get; init; } = new();

    /// <summary>The clocks of the machine, or null for the clocks of <see cref="Time"/>.</summary>
    public HostClock? MachineClock { get; init; }

    /// <summary>Makes new IDs, or null for random ones.</summary>
    public IdSource? Ids { get; init; }

    /// <summary>Hashes several bodies at a time, or null to hash each one alone.</summary>
    public SharedLanes? Lanes { get; init; } = SharedLanes.OfProcess;

    /// <summary>The kinds of entities with their rules, or null for the options' kinds.</summary>
    public EntityCatalog? Catalog { get; init; }

    /// <summary>The clock by which the entities decide, or null for one that the engine keeps with the heartbeats of its
    /// maintenance.</summary>
    public IServiceClock? Clock { get; init; }

    /// <summary>Whether the engine repeats maintenance by itself. If not, its owner runs <see cref="EmbeddedEngine.Wakes"/> and
    /// <see cref="EmbeddedEngine.Collector"/>, and keeps <see cref="Clock"/>.</summary>
    public bool RunsMaintenance { get; init; } = true;
}
