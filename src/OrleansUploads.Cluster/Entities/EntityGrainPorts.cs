using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Storage;
using Orleans.Timers;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Intents;
using OrleansUploads.Engine.Keys;

namespace OrleansUploads.Cluster.Entities;

/// <summary>The ports of a silo's grains.</summary>
/// <param name="catalog">Creates the runners of entities.</param>
/// <param name="host">Sends commands to other entities. It does not hold them: the runner repeats deliveries itself.</param>
/// <param name="parts">Stores manifests.</param>
/// <param name="storage">Stores journals.</param>
/// <param name="reminders">Registers the reminders that wake entities.</param>
/// <param name="options">The options of the entities.</param>
/// <param name="clock">The clock by which entities decide.</param>
/// <param name="log">Logs failures of grains.</param>
/// <param name="engineLog">Logs failures of the engine.</param>
/// <param name="departure">Ends commands when the silo leaves the cluster.</param>
/// <param name="notifier">Sends notifications of finished jobs; null to send none.</param>
/// <param name="meter">Measures the output of inventory jobs, or null if no job needs it.</param>
public sealed class EntityGrainPorts(
    EntityCatalog catalog,
    [FromKeyedServices(ClusterNames.DirectHost)] IEntityHost host,
    IPartStore parts,
    [FromKeyedServices(ClusterNames.GrainStorage)] IGrainStorage storage,
    IReminderRegistry reminders,
    ClusterOptions options,
    IServiceClock clock,
    ILogger<EntityGrain> log,
    EngineLog engineLog,
    SiloDeparture departure,
    INotifier? notifier = null,
    IInventoryMeter? meter = null)
{
    private readonly LogRate _unavailable = new(EngineLog.MaxMessages, EngineLog.Window, options.Time);

    internal EntityCatalog Catalog => catalog;

    internal IEntityHost Host => host;

    internal IPartStore Parts => parts;

    internal IntentDelivery Delivery { get; } = new(host, parts, new KeyIndex(host), notifier, meter);

    internal IGrainStorage Storage => storage;

    internal IReminderRegistry Reminders => reminders;

    internal TimeProvider Time => options.Time;

    internal IServiceClock Clock => clock;

    internal ClusterOptions Options => options;

    internal ILogger Log => log;

    internal CancellationToken Leaving => departure.Leaving;

    /// <summary>Logs that an entity could not answer. During an outage all entities of the silo fail for the same reason, so the
    /// messages are few, and only a bug is logged with its stack.</summary>
    internal void LogUnavailable(EntityId entity, EntityUnavailableException fault)
    {
        if (_unavailable.TryPass(out var suppressed))
        {
            ClusterLog.Unavailable(
                log, entity, FaultText.Describe(fault), suppressed, FaultText.IsBug(fault) ? fault : null);
        }
    }

    internal EngineLog EngineLog => engineLog;
}
