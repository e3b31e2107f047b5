using System.Collections.Concurrent;
using OrleansUploads.Core.Deciding;

namespace OrleansUploads.Cluster.Tests.Failover;

/// <summary>A host whose entities move to another silo until the test says that they have arrived.</summary>
internal sealed class MovingHost : IEntityHost
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>All commands that were sent.</summary>
    public ConcurrentQueue<ICommand> Sent { get; } = new();

    /// <summary>Whether the entities answer.</summary>
    public volatile bool HasArrived;

    /// <summary>Whether the reason of failures is a failover.</summary>
    public bool IsFailover { get; init; } = true;

    /// <summary>Completes when the first command was sent.</summary>
    public Task Asked => _asked.Task;

    public ValueTask<IAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken)
    {
        Sent.Enqueue(command);
        _asked.TrySetResult();
        cancellationToken.ThrowIfCancellationRequested();
        return HasArrived
            ? ValueTask.FromResult<IAnswer>(Done.Instance)
            : ValueTask.FromException<IAnswer>(new EntityUnavailableException(entity, "the cluster did not answer; try again.")
            {
                IsFailover = IsFailover,
            });
    }
}
