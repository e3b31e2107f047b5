namespace OrleansUploads.Engine.Checking;

/// <summary>Keeps reading to a rate. Time in which less was read is not made up for.</summary>
/// <param name="bytesPerSecond">The rate; null for none.</param>
/// <param name="time">The clock.</param>
internal sealed class ReadPace(long? bytesPerSecond, TimeProvider time)
{
    // Shorter waits would cost more than they are worth.
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(20);

    private readonly long _start = time.GetTimestamp();
    private TimeSpan _paidUntil;

    /// <summary>Returns when so many bytes that were read are paid for.</summary>
    public ValueTask PayAsync(long bytes, CancellationToken cancellationToken)
    {
        if (bytesPerSecond is not { } rate)
        {
            return ValueTask.CompletedTask;
        }

        var now = time.GetElapsedTime(_start);
        _paidUntil = (_paidUntil > now ? _paidUntil : now) + TimeSpan.FromSeconds((double)bytes / rate);
        var wait = _paidUntil - now;
        return wait < ShortestWait ? ValueTask.CompletedTask : new ValueTask(Task.Delay(wait, time, cancellationToken));
    }
}
