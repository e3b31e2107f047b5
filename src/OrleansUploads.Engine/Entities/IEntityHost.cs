using OrleansUploads.Core.Refusals;

namespace OrleansUploads.Engine.Entities;

/// <summary>Hosts entities: in this process, in a cluster, or in a simulation.</summary>
public interface IEntityHost
{
    /// <summary>Sends a command to an entity and waits for the answer. An answer reveals only durable state.</summary>
    /// <exception cref="EntityUnavailableException">The outcome is unknown; repeating the command is safe.</exception>
    /// <exception cref="OperationCanceledException">The caller stopped waiting; the outcome is unknown.</exception>
    ValueTask<TrackedAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken);

    /// <summary>Sends independent commands to an entity, and waits for all answers. This costs less than to send one after the
    /// other.</summary>
    /// <returns>The answers, in the order of the commands.</returns>
    /// <exception cref="EntityUnavailableException">The outcome of at least one command is unknown; repeating all of them is
    /// safe.</exception>
    /// <exception cref="OperationCanceledException">The caller stopped waiting; the outcomes are unknown.</exception>
    ValueTask<IReadOnlyList<TrackedAnswer>> SendAllAsync(
        EntityId entity, IReadOnlyList<ICommand> commands, CancellationToken cancellationToken) =>
        this.SendEachAsync(entity, commands, cancellationToken);
}

/// <summary>The answer to a command, which its host may have sent more than once.</summary>
/// <param name="Answer">The answer that the command declares, or a <see cref="Refusal"/>.</param>
/// <param name="IsToRepetition">Whether the command was sent before, and that answer was lost. If so, a refusal does not prove that the
/// command had no effect: it may refuse the repetition.</param>
public readonly record struct TrackedAnswer(IAnswer Answer, bool IsToRepetition = false);

/// <summary>Typed access to entities.</summary>
public static class EntityHostExtensions
{
    /// <summary>Sends a command to an entity and waits for the answer or the refusal.</summary>
    /// <exception cref="EntityUnavailableException">The outcome is unknown; repeating the command is safe.</exception>
    public static async ValueTask<Outcome<TAnswer>> AskAsync<TAnswer>(
        this IEntityHost host, EntityId entity, ICommand<TAnswer> command, CancellationToken cancellationToken)
        where TAnswer : class, IAnswer =>
        Outcome.Of<TAnswer>((await host.SendAsync(entity, command, cancellationToken)).Answer);

    /// <summary>Sends independent commands to an entity, and waits for all answers and refusals.</summary>
    /// <returns>The outcomes, in the order of the commands.</returns>
    /// <exception cref="EntityUnavailableException">The outcome of at least one command is unknown; repeating all of them is
    /// safe.</exception>
    public static async ValueTask<IReadOnlyList<Outcome<TAnswer>>> AskAllAsync<TAnswer>(
        this IEntityHost host, EntityId entity, IReadOnlyList<ICommand<TAnswer>> commands, CancellationToken cancellationToken)
        where TAnswer : class, IAnswer
    {
        if (commands.Count == 0)
        {
            return [];
        }

        try
        {
            var tracked = await host.SendAllAsync(entity, commands, cancellationToken);
            return [.. tracked.Select(static one => Outcome.Of<TAnswer>(one.Answer))];
        }
        catch (EntityUnavailableException fault) when (fault.IsRefused && commands.Count > 1)
        {
            throw EntityUnavailableException.OfUnknownOutcome(fault);
        }
    }

    /// <summary>Sends commands to an entity as if each had its own caller.</summary>
    public static async ValueTask<IReadOnlyList<TrackedAnswer>> SendEachAsync(
        this IEntityHost host, EntityId entity, IReadOnlyList<ICommand> commands, CancellationToken cancellationToken) =>
        await Task.WhenAll(commands.Select(command => host.SendAsync(entity, command, cancellationToken).AsTask()));

    /// <summary>Sends a command to an entity and waits for the answer or the refusal.</summary>
    /// <returns>The outcome, and whether it is that of a repetition: see <see cref="TrackedAnswer.IsToRepetition"/>.</returns>
    /// <exception cref="EntityUnavailableException">The outcome is unknown; repeating the command is safe.</exception>
    public static async ValueTask<(Outcome<TAnswer> Outcome, bool IsOfRepetition)> AskTrackedAsync<TAnswer>(
        this IEntityHost host, EntityId entity, ICommand<TAnswer> command, CancellationToken cancellationToken)
        where TAnswer : class, IAnswer
    {
        var tracked = await host.SendAsync(entity, command, cancellationToken);
        return (Outcome.Of<TAnswer>(tracked.Answer), tracked.IsToRepetition);
    }
}

/// <summary>A command got no answer. Unless <see cref="IsRefused"/> is set, its outcome is unknown: it may have been carried out. Every
/// command is safe to repeat.</summary>
public sealed class EntityUnavailableException : Exception
{
    /// <summary>Creates an exception with the entity and the reason.</summary>
    public EntityUnavailableException(EntityId entity, string message, Exception? inner = null)
        : base($"{entity}: {message}", inner)
    {
        Entity = entity;
        Reason = message;
        IsFailover = inner is EntityUnavailableException { IsFailover: true };
    }

    /// <summary>Creates the exception for a refusal that proves nothing: the command was repeated and may have been carried out when it was
    /// sent before, or it was sent with others.</summary>
    public static EntityUnavailableException OfUnknownOutcome(EntityUnavailableException refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        return new EntityUnavailableException(refusal.Entity, "the outcome of the command is unknown; try again.", refusal);
    }

    public EntityId Entity { get; }

    /// <summary>The message without the entity.</summary>
    public string Reason { get; }

    /// <summary>Whether the reason is that this entity, or one that it waits for, moves from one host to another. It will probably
    /// answer the same command soon.</summary>
    public bool IsFailover { get; init; }

    /// <summary>Whether the storage refused what the command needed, so that it has certainly changed nothing. The cause says what the
    /// operator must do.</summary>
    public bool IsRefused { get; init; }
}
