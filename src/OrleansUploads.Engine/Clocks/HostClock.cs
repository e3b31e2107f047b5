namespace OrleansUploads.Engine.Clocks;

/// <summary>Reads the clocks of the machine together. Tests derive from it to simulate wrong clocks.</summary>
/// <param name="time">The wall clock and the timestamps.</param>
public class HostClock(TimeProvider time)
{
    /// <summary>Reads all clocks now.</summary>
    public virtual ClockReading Read()
    {
        var monotonic = TimeSpan.FromSeconds((double)time.GetTimestamp() / time.TimestampFrequency);
        return new ClockReading(time.GetUtcNow(), monotonic, monotonic);
    }
}

/// <summary>The clocks of a machine at one moment. Only differences between two readings of <paramref name="Monotonic"/> or
/// <paramref name="Boot"/> have a meaning.</summary>
/// <param name="Wall">The time of day, which can be set forward and backward.</param>
/// <param name="Monotonic">Time while the machine runs.</param>
/// <param name="Boot">Time since the machine started, including suspension.</param>
public readonly record struct ClockReading(DateTimeOffset Wall, TimeSpan Monotonic, TimeSpan Boot);
