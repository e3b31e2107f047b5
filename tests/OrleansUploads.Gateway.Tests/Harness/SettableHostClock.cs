using OrleansUploads.Engine.Clocks;

namespace OrleansUploads.Gateway.Tests.Harness;

/// <summary>A host clock whose uptime advances together with a <see cref="SettableClock"/>, so that advancing it is not taken
/// for a jump.</summary>
internal sealed class SettableHostClock(SettableClock clock) : HostClock(clock)
{
    public override ClockReading Read()
    {
        var now = clock.Now;
        var passed = TimeSpan.FromTicks(now.Ticks);
        return new ClockReading(now, passed, passed);
    }
}
