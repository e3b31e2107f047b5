using Orleans.Metadata;
using Orleans.Storage;
using OrleansUploads.Cluster.Entities;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Cluster.Journal;
using OrleansUploads.Cluster.Settings;
using OrleansUploads.Engine.Moving;

namespace OrleansUploads.Cluster.Moving;

/// <summary>The entities of a cluster, as its grains store and find them, for a process that is not a silo.</summary>
/// <remarks>Entities may be read while silos are running, and changed only while none is.</remarks>
public sealed class ClusterDecisions(
    IGrainStorage storage, IReminderTable reminders, GrainTypeResolver types, EntityClusterOptions options) : IDecisionTarget
{
    public async ValueTask ImportAsync(EntityId entity, EntityImage image, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        var existed = await JournalOf(entity).ReplaceAsync(image.Version, image.Snapshot, image.WakeAt, cancellationToken);
        if (image.WakeAt is { } at)
        {
            await reminders.UpsertRow(
                new ReminderEntry
                {
                    GrainId = GrainOf(entity),
                    ReminderName = WakeReminder.Name,
                    StartAt = at.UtcDateTime,
                    Period = options.WakeInterval,
                },
                cancellationToken);
        }
        else if (existed)
        {
            await RemoveReminderAsync(entity, cancellationToken);
        }
    }

    public async ValueTask<EntityImage?> ReadAsync(EntityId entity, CancellationToken cancellationToken)
    {
        var history = await JournalOf(entity).ReadAsync(entity, cancellationToken);
        if (history.Version == 0)
        {
            return null;
        }

        var reminder = await reminders.ReadRow(GrainOf(entity), WakeReminder.Name, cancellationToken);
        return reminder is null != history.WakeAt is null || history.Records.Count > 0 || history.Snapshot is not { } snapshot
            ? null
            : new EntityImage(history.Version, snapshot, history.WakeAt);
    }

    /// <summary>Reads the history of an entity and changes nothing. It may return what a failover of the storage undoes.</summary>
    /// <exception cref="JournalDamagedException">The stored history differs from what was written.</exception>
    /// <exception cref="JournalUnavailableException">The storage cannot be read at the moment.</exception>
    public ValueTask<JournalHistory> InspectAsync(EntityId entity, CancellationToken cancellationToken) =>
        JournalOf(entity).InspectAsync(cancellationToken);

    /// <summary>The name under which the storage keeps the newest state of each entity of a kind.</summary>
    public string StateNameOf(EntityKind kind) => TypeOf(kind).ToString()!;

    private async ValueTask RemoveReminderAsync(EntityId entity, CancellationToken cancellationToken)
    {
        if (await reminders.ReadRow(GrainOf(entity), WakeReminder.Name, cancellationToken) is { } reminder)
        {
            await reminders.RemoveRow(reminder.GrainId, reminder.ReminderName, reminder.ETag!, cancellationToken);
        }
    }

    private GrainId GrainOf(EntityId entity) =>
        GrainId.Create(TypeOf(entity.Kind), IdSpan.Create(entity.Key));

    private GrainType TypeOf(EntityKind kind) => types.GetGrainType(EntityGrains.Kinds[kind].Grain);

    private GrainStorageJournal JournalOf(EntityId entity) => new(storage, GrainOf(entity), entity, options.Time);
}
