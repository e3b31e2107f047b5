using OrleansUploads.Engine.Clocks;

namespace OrleansUploads.TestKit;

/// <summary>The clocks of a machine whose wall clock may jump, and which may be suspended.</summary>
public sealed class ManualHostClock(ManualTime time) : HostClock(time)
{
    private TimeSpan _ahead;
    private TimeSpan _suspended;

    public override ClockReading Read()
    {
        var now = time.GetUtcNow();
        var boot = now - DateTimeOffset.UnixEpoch;
        return new ClockReading(now + _ahead, boot - _suspended, boot);
    }

    public void Jump(TimeSpan by) => _ahead += by;

    public void Suspend(TimeSpan by)
    {
        _suspended += by;
        time.Advance(by);
    }
}
