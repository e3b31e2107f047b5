namespace OrleansUploads.Simulation.Clocks;

/// <summary>A machine whose wall clock can be set, and which can be suspended. As a time provider it shows the wall clock,
/// as a host clock all three clocks.</summary>
internal sealed class ClockMachine(ManualTime time, ClockMistake mistake) : TimeProvider
{
    private TimeSpan _suspended;

    public TimeSpan Ahead { get; private set; }

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + Ahead;

    public void Set(TimeSpan by) => Ahead += by;

    public void Suspend(TimeSpan lasting)
    {
        _suspended += lasting;
        time.Advance(lasting);
    }

    public HostClock Clocks() => new Host(this);

    private ClockReading Read()
    {
        var boot = time.GetUtcNow() - DateTimeOffset.UnixEpoch;
        var wall = GetUtcNow();
        var shown = wall - DateTimeOffset.UnixEpoch;
        return mistake == ClockMistake.JumpBelieved
            ? new ClockReading(wall, shown, shown)
            : new ClockReading(wall, boot - _suspended, boot);
    }

    private sealed class Host(ClockMachine machine) : HostClock(machine)
    {
        public override ClockReading Read() => machine.Read();
    }
}
