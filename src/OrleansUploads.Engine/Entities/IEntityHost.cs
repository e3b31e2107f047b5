using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Engine.Entities;

/// <summary>Hosts entities: in this process, in a cluster, or in a simulation.</summary>
public interface IEntityHost
{
    /// <summary>Sends a command to an entity and waits for the answer. An answer reveals only durable state.</summary>
    /// <returns>The answer that the command declares, or a <see cref="Refusal"/>.</returns>
    /// <exception cref="EntityUnavailableException">The outcome is unknown; repeating the command is safe.</exception>
    /// <exception cref="OperationCanceledException">The caller stopped waiting; the outcome is unknown.</exception>
    ValueTask<object> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken);

    /// <summary>Whether this host may send a command more than once before it returns. Then a refusal does not prove that the command
    /// had no effect: it may refuse the repetition.</summary>
    bool RepeatsCommands => false;

    /// <summary>Whether the entities are in this process, so that a question costs no message.</summary>
    bool HoldsEntities => false;
}

/// <summary>Typed access to entities.</summary>
public static class EntityHostExtensions
{
    /// <summary>Sends a command to an entity and waits for the answer or the refusal.</summary>
    /// <exception cref="EntityUnavailableException">The outcome is unknown; repeating the command is safe.</exception>
    public static async ValueTask<Outcome<TAnswer>> AskAsync<TAnswer>(
        this IEntityHost host, EntityId entity, ICommand<TAnswer> command, CancellationToken cancellationToken)
        where TAnswer : class =>
        new(await host.SendAsync(entity, command, cancellationToken));
}
