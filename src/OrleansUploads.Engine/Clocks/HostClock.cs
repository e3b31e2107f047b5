namespace OrleansUploads.Engine.Clocks;

/// <summary>The clocks of the machine, read together. Tests derive from it to let one go wrong.</summary>
/// <param name="time">The wall clock and the timestamps.</param>
public class HostClock(TimeProvider time)
{
    /// <summary>What the clocks show now.</summary>
    public virtual ClockReading Read()
    {
        var monotonic = TimeSpan.FromSeconds((double)time.GetTimestamp() / time.TimestampFrequency);
        return new ClockReading(time.GetUtcNow(), monotonic, monotonic);
    }
}

/// <summary>What the clocks of a machine show at one moment. The second and third have no meaning but by differences.</summary>
/// <param name="Wall">The time of day; may be set, forward and backward.</param>
/// <param name="Monotonic">Counts while the machine runs.</param>
/// <param name="Boot">Counts since the machine was started, also while it is suspended.</param>
public readonly record struct ClockReading(DateTimeOffset Wall, TimeSpan Monotonic, TimeSpan Boot);
