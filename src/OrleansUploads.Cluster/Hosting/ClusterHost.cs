using System.Text.Json;
using OrleansUploads.Cluster.Abstractions.Entities;
using OrleansUploads.Cluster.Entities;
using OrleansUploads.Core.Deciding;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>From a silo or from a cluster client.</summary>
public sealed class ClusterHost(IGrainFactory grains) : IEntityHost
{
    private readonly EntityGrains _grains = new(grains);

    public async ValueTask<TrackedAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken)
    {
        var message = Messages.Pack(command);
        return AnswerOf(entity, await CallGrainAsync(entity, grain => grain.AskAsync(message), cancellationToken));
    }

    public async ValueTask<IReadOnlyList<TrackedAnswer>> SendAllAsync(
        EntityId entity, IReadOnlyList<ICommand> commands, CancellationToken cancellationToken)
    {
        EntityMessage[] messages = [.. commands.Select(Messages.Pack)];
        var replies = await CallGrainAsync(entity, grain => grain.AskAllAsync(messages), cancellationToken);
        return [.. replies.Select(reply => AnswerOf(entity, reply))];
    }

    /// <summary>Lets an entity act on the time that has passed.</summary>
    /// <exception cref="EntityUnavailableException">The outcome is unknown; waking the entity again is safe.</exception>
    internal async ValueTask WakeAsync(EntityId entity, CancellationToken cancellationToken) =>
        RequireAvailable(entity, await CallGrainAsync(entity, static grain => grain.WakeAsync(), cancellationToken));

    private async ValueTask<TReply> CallGrainAsync<TReply>(
        EntityId entity, Func<IEntityGrain, ValueTask<TReply>> call, CancellationToken cancellationToken)
    {
        CallerRequest.Announce();
        try
        {
            return await call(_grains.Of(entity)).AsTask().WaitAsync(cancellationToken);
        }
        catch (Exception fault) when (IsLostCall(fault, cancellationToken))
        {
            throw new EntityUnavailableException(entity, "the cluster did not answer; try again.", fault) { IsFailover = true };
        }
    }

    private static TrackedAnswer AnswerOf(EntityId entity, EntityReply reply)
    {
        RequireAvailable(entity, reply);
        try
        {
            return new(Messages.Unpack<IAnswer>(reply.Answer!));
        }
        catch (JsonException fault)
        {
            throw new EntityUnavailableException(
                entity, "the answer cannot be read because its silo runs another version; try again.", fault);
        }
    }

    private static void RequireAvailable(EntityId entity, EntityReply reply)
    {
        if (reply.Unavailable is { } reason)
        {
            throw new EntityUnavailableException(entity, reason, reply.IsDamaged ? new JournalDamagedException(reason) : null)
            {
                IsFailover = reply.IsFailover,
                IsRefused = reply.IsRefused,
            };
        }
    }

    /// <summary>Whether a call of a grain failed because a message was lost. Orleans reports this with several exception types. It also
    /// cancels calls by itself, while it looks for the silo of a grain in a directory that is moving.</summary>
    /// <param name="fault">How the call ended.</param>
    /// <param name="caller">The caller's token. If it is cancelled, the caller has stopped waiting.</param>
    internal static bool IsLostCall(Exception fault, CancellationToken caller) =>
        fault is OrleansException or TimeoutException or ObjectDisposedException
        || (fault is OperationCanceledException && !caller.IsCancellationRequested);
}
