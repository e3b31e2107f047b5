using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using Orleans.Timers;
using OrleansUploads.Cluster.Journal;
using OrleansUploads.Cluster.Settings;

namespace OrleansUploads.Cluster.Entities;

/// <summary>The journals of a silo's entities.</summary>
public interface IEntityJournals
{
    /// <summary>The journal for a new activation of an entity.</summary>
    IJournal Open(EntityId entity, GrainId grain);
}

/// <summary>One journal for all entities. A scan of its wake index wakes them.</summary>
internal sealed class SharedJournals(IJournal journal) : IEntityJournals
{
    public IJournal Open(EntityId entity, GrainId grain) => journal;
}

/// <summary>A journal in grain storage for each entity. A reminder wakes it, because grain storage cannot be scanned.</summary>
internal sealed class GrainStorageJournals(
    [FromKeyedServices(ClusterNames.GrainStorage)] IGrainStorage storage, IReminderRegistry reminders, EntityClusterOptions options)
    : IEntityJournals
{
    public IJournal Open(EntityId entity, GrainId grain) => new ReminderJournal(
        new GrainStorageJournal(storage, grain, entity, options.Time),
        new WakeReminder(reminders, grain, options.Time, options.WakeInterval),
        options.Time);
}
