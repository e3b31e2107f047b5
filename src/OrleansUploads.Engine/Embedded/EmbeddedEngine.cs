using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansUploads.Core.Service;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Engine.Clocks;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Keys;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Hashing;

namespace OrleansUploads.Engine.Embedded;

/// <summary>The whole engine in one process: entities, the paths of the bytes, and maintenance, over stores that it is given.
/// </summary>
public sealed class EmbeddedEngine : IAsyncDisposable
{
    private readonly EngineLog _log;
    private readonly EmbeddedHost _host;
    private readonly Maintenance _maintenance;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _collectingEnded;
    private ClockFault? _loggedFault;

    /// <summary>Starts an engine.</summary>
    /// <param name="ports">The stores; the engine does not dispose them.</param>
    /// <param name="options">Options of the engine.</param>
    /// <param name="time">The clock of timers and IDs.</param>
    /// <param name="logger">Where failures of background work are logged, or null for nowhere.</param>
    /// <param name="notifier">Sends notifications about finished jobs; null to send none.</param>
    /// <param name="meter">Measures the output of inventory jobs, or null if no job needs it.</param>
    /// <param name="clock">The clocks of the machine, or null for those of <paramref name="time"/>.</param>
    /// <param name="host">Options of the entities in memory, or null for the defaults.</param>
    public EmbeddedEngine(
        EnginePorts ports,
        EngineOptions options,
        TimeProvider time,
        ILogger? logger = null,
        INotifier? notifier = null,
        IInventoryMeter? meter = null,
        HostClock? clock = null,
        EmbeddedHostOptions? host = null)
    {
        _log = new EngineLog(logger ?? NullLogger.Instance, time);
        Parts = ports.Parts;
        Clock = new ServiceClock(clock ?? (time == TimeProvider.System ? new SystemHostClock() : new HostClock(time)));
        EndedUploadCollector? ended = null;
        _host = new EmbeddedHost(
            new EntityCatalog(options),
            ports.Journal,
            Parts,
            time,
            host,
            notifier,
            meter,
            Clock,
            _log,
            onUploadEnded: upload => ended!.Add(upload));
        Ids = new IdSource(time);
        Intake = new PartIntake(_host, Parts, Ids, SharedLanes.OfProcess);
        Archives = new ArchiveReader(Parts);
        Keys = new KeyIndex(_host);
        KeyLister = new KeyLister(Keys);
        ObjectIntake = new ObjectIntake(_host, Parts, Ids, time, Keys, options.Maintenance, SharedLanes.OfProcess);
        Objects = new ObjectReader(_host, Keys, Parts);
        Collector = new AttemptCollector(_host, Parts, Clock, ports.CheckIndex, _log);
        ended = new EndedUploadCollector(Collector, _log);
        _collectingEnded = ended.RunAsync(_stopping.Token);
        _maintenance = new Maintenance(
            new WakeScan(_host, ports.Wakes), Collector, ports.CheckIndex, BeatAsync, options.Maintenance, time, _log);
    }

    /// <summary>The entities.</summary>
    public IEntityHost Host => _host;

    /// <summary>The stored bytes.</summary>
    public IPartStore Parts { get; }

    /// <summary>Records when the service was running, and knows whether the clock can be trusted.</summary>
    public ServiceClock Clock { get; }

    /// <summary>Makes new IDs.</summary>
    public IdSource Ids { get; }

    /// <summary>Takes in bytes.</summary>
    public PartIntake Intake { get; }

    /// <summary>Reads archives.</summary>
    public ArchiveReader Archives { get; }

    /// <summary>Finds and deletes objects by key.</summary>
    public KeyIndex Keys { get; }

    /// <summary>Lists objects, and uploads in progress.</summary>
    public KeyLister KeyLister { get; }

    /// <summary>Uploads objects.</summary>
    public ObjectIntake ObjectIntake { get; }

    /// <summary>Reads objects.</summary>
    public ObjectReader Objects { get; }

    /// <summary>Deletes bytes without an owner. It runs by itself, and can also be started by hand.</summary>
    public AttemptCollector Collector { get; }

    /// <summary>Stops maintenance first and then the entities. The stores can be closed afterwards.</summary>
    public async ValueTask DisposeAsync()
    {
        await _maintenance.DisposeAsync();
        await _stopping.CancelAsync();
        await _collectingEnded;
        await _host.DisposeAsync();
        Clock.Dispose();
        _stopping.Dispose();
    }

    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        await Clock.BeatAsync(_host, cancellationToken);
        var fault = Clock.Fault;
        if (fault is not null && fault != _loggedFault)
        {
            _log.ClockNotTrusted(ClockFaultText.Describe(fault));
        }

        _loggedFault = fault;
    }
}
