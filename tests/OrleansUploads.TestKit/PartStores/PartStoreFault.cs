using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Values;

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

/// <summary>One call as a plan sees it.</summary>
/// <param name="Call">Which call.</param>
/// <param name="Ordinal">The how manieth call of its kind at this store, from 1 on.</param>
/// <param name="Upload">What it is about; the default value for <see cref="PartStoreCall.ListUploads"/>.</param>
/// <param name="Attempt">What it is about; null where it is about no single attempt.</param>
public readonly record struct PartStoreStep(PartStoreCall Call, int Ordinal, UploadId Upload, AttemptId? Attempt);

/// <summary>The effect on a call.</summary>
public abstract record PartStoreFault
{
    private PartStoreFault()
    {
    }

    /// <summary>The call does what it should.</summary>
    public static PartStoreFault None { get; } = new NoFault();

    /// <summary>Fails with an I/O error; nothing was done.</summary>
    public static PartStoreFault Before { get; } = new FailBefore();

    /// <summary>Does everything, and then fails with an I/O error. A writer that was created so is never disposed,
    /// like that of a process that has ended.</summary>
    public static PartStoreFault After { get; } = new FailAfter();

    /// <summary>Finds the disk full; nothing was done.</summary>
    public static PartStoreFault Full { get; } = new DiskIsFull();

    /// <summary>The store is unavailable; nothing was done.</summary>
    public static PartStoreFault Unavailable { get; } = new StoreIsUnavailable();

    /// <summary>Finds the stored bytes damaged.</summary>
    public static PartStoreFault Damaged { get; } = new BytesAreDamaged();

    /// <summary>Waits at a gate before anything is done.</summary>
    public static PartStoreFault HoldBefore(PartStoreGate gate) => new Hold(gate, AfterEffect: false);

    /// <summary>Does everything, and waits at a gate before it says so.</summary>
    public static PartStoreFault HoldAfter(PartStoreGate gate) => new Hold(gate, AfterEffect: true);

    internal sealed record NoFault : PartStoreFault;

    internal sealed record FailBefore : PartStoreFault;

    internal sealed record FailAfter : PartStoreFault;

    internal sealed record DiskIsFull : PartStoreFault;

    internal sealed record BytesAreDamaged : PartStoreFault;

    internal sealed record StoreIsUnavailable : PartStoreFault;

    internal sealed record Hold(PartStoreGate Gate, bool AfterEffect) : PartStoreFault;
}
