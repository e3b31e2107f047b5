namespace OrleansUploads.TestKit.PartStores;

/// <summary>The calls of a part store, its writers and its readers that can fail.</summary>
public enum PartStoreCall
{
    Create,
    Write,
    Commit,
    Open,
    Read,
    PutManifest,
    ListAttempts,
    DeleteAttempt,
    DeleteUpload,
    ListStored,
}

/// <summary>One call, for a plan.</summary>
/// <param name="Call">The kind of call.</param>
/// <param name="Ordinal">Its number among the calls of its kind to this store, starting at 1.</param>
public readonly record struct PartStoreStep(PartStoreCall Call, int Ordinal);

/// <summary>The effect on a call: it fails before its own effect, or waits at a gate before or after it.</summary>
public sealed record PartStoreFault
{
    public static PartStoreFault None { get; } = new();

    /// <summary>Fails with an I/O error.</summary>
    public static PartStoreFault Before { get; } = new() { Failure = static step => new IOException(step) };

    public static PartStoreFault Full { get; } = new() { Failure = static step => new PartStoreFullException(step) };

    public static PartStoreFault Unavailable { get; } = new() { Failure = static step => new PartStoreUnavailableException(step) };

    public static PartStoreFault Damaged { get; } = new() { Failure = static step => new AttemptDamagedException(step) };

    internal Func<string, Exception>? Failure { get; private init; }

    internal PartStoreGate? GateBefore { get; private init; }

    internal PartStoreGate? GateAfter { get; private init; }

    public static PartStoreFault HoldBefore(PartStoreGate gate) => new() { GateBefore = gate };

    /// <summary>Waits at a gate between the effect and the answer.</summary>
    public static PartStoreFault HoldAfter(PartStoreGate gate) => new() { GateAfter = gate };
}
