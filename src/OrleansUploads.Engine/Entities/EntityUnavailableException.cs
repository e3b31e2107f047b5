using OrleansUploads.Core.Values;

namespace OrleansUploads.Engine.Entities;

/// <summary>The outcome of a command is unknown: it may have been carried out. Every command is safe to repeat.</summary>
public sealed class EntityUnavailableException : Exception
{
    /// <summary>Creates an exception with the entity and the reason.</summary>
    public EntityUnavailableException(EntityId entity, string message, Exception? inner = null)
        : base($"{entity}: {message}", inner) => Entity = entity;

    /// <summary>The ID of the entity.</summary>
    public EntityId Entity { get; }
}
