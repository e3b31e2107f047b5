using OrleansUploads.Core;

namespace OrleansUploads.Engine.Entities;

/// <summary>The entity cannot say what became of a command; it may have been carried out. Every command is safe to repeat.</summary>
public sealed class EntityUnavailableException : Exception
{
    /// <summary>Says which entity, and why.</summary>
    public EntityUnavailableException(EntityId entity, string message, Exception? inner = null)
        : base($"{entity}: {message}", inner) => Entity = entity;

    /// <summary>Which entity.</summary>
    public EntityId Entity { get; }
}
