using OrleansUploads.Engine.Moving;

namespace OrleansUploads.Postgres;

/// <summary>The journal of a cluster into which a data folder is imported.</summary>
internal sealed class PostgresImport(PostgresJournal journal) : IDecisionTarget
{
    public ValueTask ImportAsync(EntityId entity, EntityImage image, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        return journal.ReplaceAsync(entity, image.Version, image.Snapshot, image.WakeAt, cancellationToken);
    }

    public async ValueTask<EntityImage?> ReadAsync(EntityId entity, CancellationToken cancellationToken) =>
        await journal.ReadAsync(entity, cancellationToken) is { Snapshot: { } snapshot, Records.Count: 0 } history
            ? new EntityImage(history.Version, snapshot, history.WakeAt) : null;
}
