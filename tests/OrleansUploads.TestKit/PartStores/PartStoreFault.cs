namespace OrleansUploads.TestKit.PartStores;

/// <summary>The calls of a part store, its writers and its readers.</summary>
public enum PartStoreCall
{
    Create,
    Write,
    Commit,
    Open,
    Read,
    ReadLeaves,
    PutManifest,
    ReadManifest,
    ListUploads,
    ListAttempts,
    DeleteAttempt,
    DeleteUpload,
    ListStored,
}

/// <summary>One call, for a plan.</summary>
/// <param name="Call">The kind of call.</param>
/// <param name="Ordinal">Its number among the calls of its kind to this store, starting at 1.</param>
/// <param name="Upload">The upload; the default value for <see cref="PartStoreCall.ListUploads"/>.</param>
/// <param name="Attempt">The attempt, or null if the call does not concern a single one.</param>
public readonly record struct PartStoreStep(PartStoreCall Call, int Ordinal, UploadId Upload, AttemptId? Attempt);

/// <summary>The effect on a call.</summary>
public abstract record PartStoreFault
{
    private PartStoreFault()
    {
    }

    /// <summary>No fault.</summary>
    public static PartStoreFault None { get; } = new NoFault();

    /// <summary>Fails with an I/O error before any effect.</summary>
    public static PartStoreFault Before { get; } = new FailBefore();

    /// <summary>Fails with an I/O error after the effect. A writer that was created in this way is never disposed, like the
    /// writer of a process that has ended.</summary>
    public static PartStoreFault After { get; } = new FailAfter();

    /// <summary>Finds the disk full before any effect.</summary>
    public static PartStoreFault Full { get; } = new DiskIsFull();

    /// <summary>Finds the store unavailable before any effect.</summary>
    public static PartStoreFault Unavailable { get; } = new StoreIsUnavailable();

    /// <summary>Finds the stored bytes damaged.</summary>
    public static PartStoreFault Damaged { get; } = new BytesAreDamaged();

    /// <summary>Waits at a gate before the effect.</summary>
    public static PartStoreFault HoldBefore(PartStoreGate gate) => new Hold(gate, AfterEffect: false);

    /// <summary>Waits at a gate between the effect and the answer.</summary>
    public static PartStoreFault HoldAfter(PartStoreGate gate) => new Hold(gate, AfterEffect: true);

    internal sealed record NoFault : PartStoreFault;

    internal sealed record FailBefore : PartStoreFault;

    internal sealed record FailAfter : PartStoreFault;

    internal sealed record DiskIsFull : PartStoreFault;

    internal sealed record BytesAreDamaged : PartStoreFault;

    internal sealed record StoreIsUnavailable : PartStoreFault;

    internal sealed record Hold(PartStoreGate Gate, bool AfterEffect) : PartStoreFault;
}
