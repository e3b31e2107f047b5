namespace OrleansUploads.Testing;

/// <summary>The clock of a test server: the system's, and what tests have added to it. Intervals grow with the time of day, so the server
/// takes added time for time in which it was running.</summary>
internal sealed class TestTime : TimeProvider
{
    private long _addedTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _addedTicks));

    public override long GetTimestamp() => System.GetElapsedTime(0).Ticks + Interlocked.Read(ref _addedTicks);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _addedTicks, by.Ticks);
}
