namespace OrleansUploads.Simulation.Objects;

/// <summary>The requests to complete one upload with one list. A repetition gets the verdict about the request that it repeats, so that
/// verdict may be as old as the first request that was not yet answered when the repetition was sent.</summary>
internal sealed class RepeatedCompletions
{
    private long? _since;
    private int _inFlight;

    /// <summary>Records a request.</summary>
    public long Begin(long now)
    {
        _inFlight++;
        _since ??= now;
        return _since.Value;
    }

    public void End(bool isAnswered)
    {
        _inFlight--;
        if (isAnswered && _inFlight == 0)
        {
            _since = null;
        }
    }
}
