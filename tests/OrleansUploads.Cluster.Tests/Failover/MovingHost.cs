using System.Collections.Concurrent;
using OrleansUploads.Core.Deciding;

namespace OrleansUploads.Cluster.Tests.Failover;

/// <summary>A host whose entities move to another silo until the test says that they have arrived.</summary>
internal sealed class MovingHost : IEntityHost
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConcurrentQueue<ICommand> Sent { get; } = new();

    public volatile bool HasArrived;

    public bool IsFailover { get; init; } = true;

    /// <summary>Whether the storage refuses what the entities need when they have arrived.</summary>
    public bool IsRefused { get; init; }

    public Task Asked => _asked.Task;

    public ValueTask<TrackedAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken)
    {
        Sent.Enqueue(command);
        _asked.TrySetResult();
        cancellationToken.ThrowIfCancellationRequested();
        return HasArrived && IsRefused
            ? ValueTask.FromException<TrackedAnswer>(new EntityUnavailableException(entity, "its storage refused a write.") { IsRefused = true })
            : HasArrived
            ? ValueTask.FromResult(new TrackedAnswer(Done.Instance))
            : ValueTask.FromException<TrackedAnswer>(new EntityUnavailableException(entity, "the cluster did not answer; try again.")
            {
                IsFailover = IsFailover,
            });
    }
}
