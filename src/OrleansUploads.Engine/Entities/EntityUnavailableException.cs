namespace OrleansUploads.Engine.Entities;

/// <summary>The outcome of a command is unknown: it may have been carried out. Every command is safe to repeat.</summary>
public sealed class EntityUnavailableException : Exception
{
    /// <summary>Creates an exception with the entity and the reason.</summary>
    public EntityUnavailableException(EntityId entity, string message, Exception? inner = null)
        : base($"{entity}: {message}", inner)
    {
        Entity = entity;
        IsFailover = inner is EntityUnavailableException { IsFailover: true };
    }

    /// <summary>The ID of the entity.</summary>
    public EntityId Entity { get; }

    /// <summary>Whether the reason is that this entity, or one that it waits for, moves from one host to another. It will probably
    /// answer the same command soon.</summary>
    public bool IsFailover { get; init; }
}
