namespace OrleansUploads.Engine.Ports;

/// <summary>The clock by which entities decide.</summary>
public interface IServiceClock
{
    /// <summary>Reads the current time. Fast, and safe to call from any thread.</summary>
    ServiceTime Read();
}

/// <summary>The clock of a service without interruptions, whose wall clock is right. Tests, benchmarks and hosts without a
/// data folder use it.</summary>
public sealed class ContinuousClock(TimeProvider time) : IServiceClock
{
    public ServiceTime Read() => ServiceTime.Continuous(time.GetUtcNow());
}
