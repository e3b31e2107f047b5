namespace OrleansUploads.Cluster.Hosting;

/// <summary>The time during which an entity does not answer. One of the commands that are held for it is the probe, which is sent again
/// and again. The others wait for it.</summary>
internal sealed class Outage
{
    private readonly TaskCompletionSource<bool> _probe = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _hasProbe;

    /// <summary>Completes when the probe ends: true if the entity has answered it, false if its caller gave up.</summary>
    public Task<bool> Probe => _probe.Task;

    /// <summary>Makes the caller's command the probe, unless there is one.</summary>
    public bool TryBecomeProbe() => Interlocked.Exchange(ref _hasProbe, 1) == 0;

    /// <summary>Releases the commands that wait for the probe.</summary>
    public void EndProbe(bool hasAnswered) => _probe.TrySetResult(hasAnswered);
}
