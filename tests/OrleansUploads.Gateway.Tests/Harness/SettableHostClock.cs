using OrleansUploads.Engine.Clocks;

namespace OrleansUploads.Gateway.Tests.Harness;

/// <summary>The clocks of a machine on which time passes as fast as a test says, so that the wall clock never jumps.</summary>
internal sealed class SettableHostClock(SettableClock clock) : HostClock(clock)
{
    public override ClockReading Read()
    {
        var now = clock.Now;
        var passed = TimeSpan.FromTicks(now.Ticks);
        return new ClockReading(now, passed, passed);
    }
}
