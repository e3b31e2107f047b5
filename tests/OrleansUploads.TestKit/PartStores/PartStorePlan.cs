namespace OrleansUploads.TestKit.PartStores;

/// <summary>A list of faults, each for one call or all calls of a kind. The last matching line applies.</summary>
public sealed class PartStorePlan
{
    private readonly Lock _gate = new();
    private readonly List<(PartStoreCall Call, int? Nth, PartStoreFault Fault)> _lines = [];

    /// <summary>Adds a fault for one call of a kind.</summary>
    /// <param name="call">The kind of call.</param>
    /// <param name="nth">Ordinal of the call that fails; 1 is the first one that the store sees. Null for all of them.</param>
    /// <param name="fault">The fault.</param>
    public void At(PartStoreCall call, int? nth, PartStoreFault fault)
    {
        lock (_gate)
        {
            _lines.Add((call, nth, fault));
        }
    }

    /// <summary>Adds a fault for all calls of a kind, until a later line overrides it.</summary>
    public void Always(PartStoreCall call, PartStoreFault fault) => At(call, nth: null, fault);

    internal PartStoreFault For(PartStoreStep step)
    {
        lock (_gate)
        {
            return _lines.FindLast(line => line.Call == step.Call && (line.Nth ?? step.Ordinal) == step.Ordinal).Fault ?? PartStoreFault.None;
        }
    }
}
