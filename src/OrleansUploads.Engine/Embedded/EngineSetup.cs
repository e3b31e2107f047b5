using Microsoft.Extensions.Logging;
using OrleansUploads.Engine.Clocks;

namespace OrleansUploads.Engine.Embedded;

/// <summary>What an <see cref="EmbeddedEngine"/> is made of. The simulation differs from a server only in this.</summary>
/// <param name="Ports">The stores; the engine does not dispose them.</param>
/// <param name="Options">Options of the engine.</param>
/// <param name="Time">The clock of timers and IDs.</param>
public sealed record EngineSetup(EnginePorts Ports, EngineOptions Options, TimeProvider Time)
{
    /// <summary>Where failures of background work are logged, or null for nowhere.</summary>
    public ILogger? Logger { get; init; }

    /// <summary>Sends notifications about finished jobs; null to send none.</summary>
    public INotifier? Notifier { get; init; }

    /// <summary>Measures the output of inventory jobs, or null if no job needs it.</summary>
    public IInventoryMeter? Meter { get; init; }

    /// <summary>Options of the entities in memory.</summary>
    public EmbeddedHostOptions Host { get; init; } = new();

    /// <summary>The clocks of the machine, or null for those of <see cref="Time"/>.</summary>
    public HostClock? MachineClock { get; init; }

    /// <summary>Makes new IDs, or null for random ones.</summary>
    public IdSource? Ids { get; init; }

    /// <summary>Hashes several bodies at a time, or null to hash each one alone.</summary>
    public SharedLanes? Lanes { get; init; } = SharedLanes.OfProcess;

    /// <summary>The kinds of entities with their rules, or null for those of the options.</summary>
    public EntityCatalog? Catalog { get; init; }

    /// <summary>The clock by which the entities decide, or null for one that the engine keeps with the heartbeats of its
    /// maintenance.</summary>
    public IServiceClock? Clock { get; init; }

    /// <summary>Whether the engine repeats maintenance by itself. If not, its owner runs <see cref="EmbeddedEngine.Wakes"/> and
    /// <see cref="EmbeddedEngine.Collector"/>, and keeps <see cref="Clock"/>.</summary>
    public bool RunsMaintenance { get; init; } = true;
}
