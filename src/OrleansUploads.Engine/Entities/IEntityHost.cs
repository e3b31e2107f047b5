using OrleansUploads.Core;
using OrleansUploads.Core.Deciding;

namespace OrleansUploads.Engine.Entities;

/// <summary>Where entities live: in this process, in a cluster, or in a simulation.</summary>
public interface IEntityHost
{
    /// <summary>Gives a command to an entity and waits for its answer; what the answer tells is durable.</summary>
    /// <returns>The answer that the command declares, or a <see cref="Refusal"/>.</returns>
    /// <exception cref="EntityUnavailableException">The outcome is unknown; repeating the command is safe.</exception>
    /// <exception cref="OperationCanceledException">The caller stopped waiting; the outcome is unknown.</exception>
    ValueTask<object> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken);
}

/// <summary>The typed way to ask.</summary>
public static class EntityHostExtensions
{
    /// <summary>Gives a command to an entity and waits for its answer or its refusal.</summary>
    /// <exception cref="EntityUnavailableException">The outcome is unknown; repeating the command is safe.</exception>
    public static async ValueTask<Outcome<TAnswer>> AskAsync<TAnswer>(
        this IEntityHost host, EntityId entity, ICommand<TAnswer> command, CancellationToken cancellationToken)
        where TAnswer : class =>
        new(await host.SendAsync(entity, command, cancellationToken));
}
