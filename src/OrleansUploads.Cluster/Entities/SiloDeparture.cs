namespace OrleansUploads.Cluster.Entities;

/// <summary>Ends the commands that are still waiting when their silo leaves the cluster.</summary>
/// <remarks>Orleans moves a grain only when it has answered all its callers, and entities wait for each other: an upload for
/// its vault, the vault for a page, and the page for the vault again. If all of them leave at the same time, the last
/// question waits for a grain that is leaving, and the leaving grain waits for the answer. So callers that are not answered
/// soon are asked to try again. Their commands continue on other silos.</remarks>
public sealed class SiloDeparture(TimeProvider time) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>Most commands are answered within this time, so that their callers need not ask again.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    // Never disposed: the timer may fire while the silo disposes its services, and commands may still ask for the token.
    private readonly CancellationTokenSource _leaving = new();
    private ITimer? _timer;

    /// <summary>Canceled shortly after the silo has begun to deactivate its grains.</summary>
    public CancellationToken Leaving => _leaving.Token;

    public void Participate(ISiloLifecycle lifecycle)
    {
        ArgumentNullException.ThrowIfNull(lifecycle);
        lifecycle.Subscribe(
            nameof(SiloDeparture), ServiceLifecycleStage.GrainDeactivation, static _ => Task.CompletedTask, _ => BeginAsync());
    }

    public void Dispose() => _timer?.Dispose();

    private Task BeginAsync()
    {
        _timer = time.CreateTimer(_ => _leaving.Cancel(), state: null, Grace, Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }
}
