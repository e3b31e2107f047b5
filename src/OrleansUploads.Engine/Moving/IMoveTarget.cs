namespace OrleansUploads.Engine.Moving;

/// <summary>The decisions of the cluster into which a data folder moves. No silo of the cluster is running.</summary>
/// <remarks>All members may be called concurrently for different entities, and repeated: after a crash the last calls are made again.
/// A call that fails leaves the old or the new image, and is repeated before the cluster starts.</remarks>
public interface IMoveTarget
{
    /// <summary>Stores an entity in place of an earlier image of it, with its wake-up. Durable when the task has completed.</summary>
    ValueTask ImportAsync(EntityId entity, EntityImage image, CancellationToken cancellationToken);

    /// <summary>Returns the stored image of an entity, or null if it has none.</summary>
    ValueTask<EntityImage?> ReadAsync(EntityId entity, CancellationToken cancellationToken);

    /// <summary>Removes an entity and its wake-up. A missing entity is not an error.</summary>
    ValueTask RemoveAsync(EntityId entity, CancellationToken cancellationToken);
}

/// <summary>The whole history of an entity as one snapshot.</summary>
/// <param name="Version">The number of records that the snapshot replaces; at least 1.</param>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="WakeAt">When the entity wants to be woken, or null.</param>
public sealed record EntityImage(long Version, ReadOnlyMemory<byte> Snapshot, DateTimeOffset? WakeAt)
{
    /// <summary>Whether two images are equal, byte for byte.</summary>
    public bool Equals(EntityImage? other) =>
        other is not null && Version == other.Version && WakeAt == other.WakeAt && Snapshot.Span.SequenceEqual(other.Snapshot.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Version, Snapshot.Length, WakeAt);
}
