using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Intents;
using OrleansUploads.Engine.Keys;
using OrleansUploads.Engine.Ownership;

namespace OrleansUploads.Cluster.Entities;

/// <summary>The ports of a silo's grains.</summary>
/// <param name="Host">Does not hold commands: the runner repeats deliveries itself.</param>
/// <param name="ClientHost">For the commands of clients. It holds them while a silo is replaced, and remembers vaults for
/// two seconds.</param>
/// <param name="Departure">Ends commands when the silo leaves the cluster.</param>
/// <param name="Meter">Null if no job needs it.</param>
/// <param name="Events">Receives the ends of multipart uploads; null to tell none.</param>
public sealed record EntityGrainPorts(
    EntityCatalog Catalog,
    [FromKeyedServices(ClusterNames.DirectHost)] IEntityHost Host,
    IEntityHost ClientHost,
    [FromKeyedServices(OwnedPartStore.ServiceKey)] IPartStore Parts,
    IEntityJournals Journals,
    EntityClusterOptions Options,
    IServiceClock Clock,
    ILogger<EntityGrain> Log,
    EngineLog EngineLog,
    SiloDeparture Departure,
    INotifier? Notifier = null,
    IInventoryMeter? Meter = null,
    IUploadEvents? Events = null)
{
    private readonly LogRate _unavailable = new(Options.Time);

    internal IntentDelivery Delivery { get; } = new(
        new VaultRemovalHost(Host, Options.Time), Parts, new KeyIndex(Host), Notifier, Meter, Events, Options.Time, EngineLog);

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
