namespace OrleansUploads.TestKit.PartStores;

/// <summary>A list of faults, each for a range of calls of one kind. The last matching line applies.</summary>
public sealed class PartStorePlan
{
    private readonly Lock _gate = new();
    private readonly List<Line> _lines = [];

    /// <summary>Adds a fault for one call of a kind.</summary>
    /// <param name="call">The kind of call.</param>
    /// <param name="nth">Ordinal of the call that fails; 1 is the first one that the store sees.</param>
    /// <param name="fault">The fault.</param>
    public PartStorePlan At(PartStoreCall call, int nth, PartStoreFault fault) =>
        Add(new Line(call, nth, nth, fault));

    /// <summary>Adds a fault for all calls of a kind, until a later line overrides it.</summary>
    public PartStorePlan Always(PartStoreCall call, PartStoreFault fault) =>
        Add(new Line(call, 1, int.MaxValue, fault));

    /// <summary>The fault of a call.</summary>
    public PartStoreFault For(PartStoreStep step)
    {
        lock (_gate)
        {
            return _lines.FindLast(line => line.Matches(step))?.Fault ?? PartStoreFault.None;
        }
    }

    private PartStorePlan Add(Line line)
    {
        lock (_gate)
        {
            _lines.Add(line);
        }

        return this;
    }

    private sealed record Line(PartStoreCall Call, int First, int Last, PartStoreFault Fault)
    {
        public bool Matches(PartStoreStep step) => step.Call == Call && step.Ordinal >= First && step.Ordinal <= Last;
    }
}
