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
        var reply = await CallGrainAsync(entity, Messages.Pack(command), cancellationToken);
        if (reply.Unavailable is { } reason)
        {
            throw new EntityUnavailableException(entity, reason) { IsFailover = reply.IsFailover, IsRefused = reply.IsRefused };
        }

        try
        {
            return new(Messages.Unpack<IAnswer>(reply.Answer));
        }
        catch (JsonException fault)
        {
            throw new EntityUnavailableException(
                entity, "the answer cannot be read because its silo runs another version; try again.", fault);
        }
    }

    private async ValueTask<EntityReply> CallGrainAsync(EntityId entity, EntityMessage command, CancellationToken cancellationToken)
    {
        CallerRequest.Announce();
        try
        {
            return await _grains.Of(entity).AskAsync(command).AsTask().WaitAsync(cancellationToken);
        }
        catch (Exception fault) when (IsLostCall(fault, cancellationToken))
        {
            throw new EntityUnavailableException(entity, "the cluster did not answer; try again.", fault) { IsFailover = true };
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
