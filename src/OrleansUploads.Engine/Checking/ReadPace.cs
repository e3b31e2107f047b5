namespace OrleansUploads.Engine.Checking;

/// <summary>Limits the rate of reading. Unused allowance is not carried over. Several readers can share it.</summary>
/// <param name="bytesPerSecond">The limit, or null for none.</param>
internal sealed class ReadPace(long? bytesPerSecond, TimeProvider time)
{
    // Shorter waits are skipped, because they cost more than they save.
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(20);

    private readonly long _start = time.GetTimestamp();
    private readonly Lock _gate = new();
    private TimeSpan _nextReadAt;

    /// <summary>Accounts for bytes that were read and waits until the rate allows more.</summary>
    public ValueTask ThrottleAsync(long bytes, CancellationToken cancellationToken)
    {
        if (bytesPerSecond is not { } rate)
        {
            return ValueTask.CompletedTask;
        }

        TimeSpan wait;
        lock (_gate)
        {
            var now = time.GetElapsedTime(_start);
            _nextReadAt = (_nextReadAt > now ? _nextReadAt : now) + TimeSpan.FromSeconds((double)bytes / rate);
            wait = _nextReadAt - now;
        }

        return wait < ShortestWait ? ValueTask.CompletedTask : new ValueTask(Task.Delay(wait, time, cancellationToken));
    }
}
