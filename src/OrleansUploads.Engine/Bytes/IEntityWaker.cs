namespace OrleansUploads.Engine.Bytes;

/// <summary>A host whose entities must be woken from outside when their wake time comes.</summary>
public interface IEntityWaker
{
    /// <summary>The clock by which the entities decide.</summary>
    IServiceClock Clock { get; }

    /// <summary>Lets an entity act on the time that has passed. Waking an entity that has nothing to do changes nothing.</summary>
    /// <exception cref="EntityUnavailableException">The outcome is unknown; waking the entity again is safe.</exception>
    ValueTask WakeAsync(EntityId entity, CancellationToken cancellationToken);
}
