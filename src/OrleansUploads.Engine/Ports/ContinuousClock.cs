namespace OrleansUploads.Engine.Ports;

/// <summary>The clock of a service without interruptions, whose wall clock is right. Tests, benchmarks and hosts without a data folder
/// use it.</summary>
/// <param name="time">The wall clock.</param>
public sealed class ContinuousClock(TimeProvider time) : IServiceClock
{
    /// <inheritdoc/>
    public ServiceTime Read() => ServiceTime.Continuous(time.GetUtcNow());
}
