namespace OrleansUploads.Client.Models;

/// <summary>The maximum rate of transfers that share it. Thread-safe.</summary>
/// <remarks>Each chunk reserves the time that it needs at this rate, after the chunks that were reserved before. Unused
/// time is not saved up, so a pause is not followed by a burst.</remarks>
public sealed class RateLimit
{
    /// <summary>The lowest rate, in bytes a second.</summary>
    public const long MinBytesPerSecond = 1024;

    // With smaller chunks, several workers share even a low rate without long silences on any connection.
    private const int ChunksPerSecond = 8;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly long _bytesPerSecond;
    private readonly long _start;
    private TimeSpan _reservedUntil;

    /// <summary>Creates a limit.</summary>
    /// <param name="bytesPerSecond">The rate; at least <see cref="MinBytesPerSecond"/>.</param>
    /// <param name="timeProvider">The clock, or null for the system's.</param>
    public RateLimit(long bytesPerSecond, TimeProvider? timeProvider = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytesPerSecond, MinBytesPerSecond);
        _bytesPerSecond = bytesPerSecond;
        _time = timeProvider ?? TimeProvider.System;
        _start = _time.GetTimestamp();
    }

    /// <summary>Waits until a chunk may be transferred. If it is cancelled, the reserved time stays reserved.</summary>
    internal Task TakeAsync(int bytes, CancellationToken cancellationToken)
    {
        TimeSpan delay;
        lock (_gate)
        {
            var now = _time.GetElapsedTime(_start);
            var from = _reservedUntil > now ? _reservedUntil : now;
            _reservedUntil = from + TimeSpan.FromSeconds((double)bytes / _bytesPerSecond);
            delay = from - now;
        }

        return delay > TimeSpan.Zero ? Task.Delay(delay, _time, cancellationToken) : Task.CompletedTask;
    }

    /// <summary>The length of the next chunk, at most <paramref name="maxBytes"/>. At a low rate it is shorter, so that the bytes flow
    /// evenly.</summary>
    internal int CapChunk(int maxBytes) => (int)Math.Min(maxBytes, _bytesPerSecond / ChunksPerSecond);
}
