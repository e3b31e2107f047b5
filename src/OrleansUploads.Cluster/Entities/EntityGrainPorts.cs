using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Storage;
using Orleans.Timers;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Cluster.Entities;

/// <summary>What is around the grains of a silo.</summary>
/// <param name="catalog">The rules.</param>
/// <param name="host">Reaches the other entities.</param>
/// <param name="parts">Where manifests go.</param>
/// <param name="storage">Where journals go.</param>
/// <param name="reminders">Who wakes sleepers.</param>
/// <param name="options">Figures.</param>
/// <param name="log">Where faults are told.</param>
public sealed class EntityGrainPorts(
    EntityCatalog catalog,
    IEntityHost host,
    IPartStore parts,
    [FromKeyedServices(ClusterNames.GrainStorage)] IGrainStorage storage,
    IReminderRegistry reminders,
    ClusterOptions options,
    ILogger<EntityGrain> log)
{
    internal EntityCatalog Catalog => catalog;

    internal IEntityHost Host => host;

    internal IPartStore Parts => parts;

    internal IntentDelivery Delivery { get; } = new(host, parts);

    internal IGrainStorage Storage => storage;

    internal IReminderRegistry Reminders => reminders;

    internal TimeProvider Time => options.Time;

    internal ClusterOptions Options => options;

    internal ILogger Log => log;
}
