using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Storage;
using Orleans.Timers;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Intents;
using OrleansUploads.Engine.Keys;
using OrleansUploads.Engine.Ownership;

namespace OrleansUploads.Cluster.Entities;

/// <summary>The ports of a silo's grains.</summary>
/// <param name="Catalog">Creates the runners of entities.</param>
/// <param name="Host">Sends commands to other entities. It does not hold them: the runner repeats deliveries itself.</param>
/// <param name="ClientHost">Sends the commands of clients to other entities. It holds them while a silo is replaced, and remembers
/// vaults for two seconds.</param>
/// <param name="Parts">Stores manifests.</param>
/// <param name="Storage">Stores journals.</param>
/// <param name="Reminders">Registers the reminders that wake entities.</param>
/// <param name="Options">The options of the entities.</param>
/// <param name="Clock">The clock by which entities decide.</param>
/// <param name="Log">Logs failures of grains.</param>
/// <param name="EngineLog">Logs failures of the engine.</param>
/// <param name="Departure">Ends commands when the silo leaves the cluster.</param>
/// <param name="Notifier">Sends notifications of finished jobs; null to send none.</param>
/// <param name="Meter">Measures the output of inventory jobs, or null if no job needs it.</param>
public sealed record EntityGrainPorts(
    EntityCatalog Catalog,
    [FromKeyedServices(ClusterNames.DirectHost)] IEntityHost Host,
    IEntityHost ClientHost,
    [FromKeyedServices(OwnedPartStore.ServiceKey)] IPartStore Parts,
    [FromKeyedServices(ClusterNames.GrainStorage)] IGrainStorage Storage,
    IReminderRegistry Reminders,
    ClusterOptions Options,
    IServiceClock Clock,
    ILogger<EntityGrain> Log,
    EngineLog EngineLog,
    SiloDeparture Departure,
    INotifier? Notifier = null,
    IInventoryMeter? Meter = null)
{
    private readonly LogRate _unavailable = new(Options.Time);

    internal IntentDelivery Delivery { get; } = new(new VaultRemovalHost(Host, Options.Time), Parts, new KeyIndex(Host), Notifier, Meter);

    /// <summary>Logs that an entity could not answer. During an outage all entities of the silo fail for the same reason, so the
    /// messages are few, and only a bug is logged with its stack.</summary>
    internal void LogUnavailable(EntityId entity, EntityUnavailableException fault)
    {
        if (_unavailable.TryPass(out var suppressed))
        {
            ClusterLog.Unavailable(
                Log, entity, FaultText.Describe(fault), suppressed, FaultText.IsBug(fault) ? fault : null);
        }
    }
}
