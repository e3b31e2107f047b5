namespace OrleansUploads.Simulation.Workload;

/// <summary>An operation in a schedule. Uploads and vaults are numbers, because their IDs are not known yet.</summary>
internal abstract record Operation
{
    /// <summary>The archive that became known last.</summary>
    public const int Newest = int.MaxValue;

    private Operation()
    {
    }

    public sealed record CreateVault(int Vault) : Operation;

    public sealed record DeleteVault(int Vault) : Operation;

    public sealed record DescribeVault(int Vault) : Operation;

    public sealed record ListVaults : Operation;

    public sealed record InitiateUpload(int Vault, int Upload) : Operation;

    public sealed record PutPart(int Upload, int Slot, Content Content, Lie Lie) : Operation;

    /// <summary>Asks for a grant, which gets a number.</summary>
    public sealed record GrantWrite(int Grant, int Upload, int Slot, Content Content, bool OnlyIfMissing) : Operation;

    /// <summary>Writes under a grant, straight into the store.</summary>
    public sealed record WriteGranted(int Grant, NodeLie Lie) : Operation;

    /// <summary>Begins a collection without grace and does not wait for it.</summary>
    public sealed record BeginCollection : Operation;

    public sealed record ReportWritten(int Grant, int Upload, int Slot, Content Content, int LengthBytes) : Operation;

    public sealed record CompleteUpload(int Upload, ClaimKind Claim) : Operation;

    public sealed record AbortUpload(int Upload) : Operation;

    public sealed record ListParts(int Upload) : Operation;

    public sealed record ListUploads(int Vault) : Operation;

    public sealed record PutArchive(int Vault, Content Content, Lie Lie) : Operation;

    public sealed record DeleteArchive(int Archive) : Operation;

    /// <summary>Deletes the archive that an upload will create or has created. Its ID follows from the upload and the bytes,
    /// so a client knows it in advance.</summary>
    public sealed record DeleteForeseen(int Upload) : Operation;

    public sealed record ReadArchive(int Archive, bool OnlyRange) : Operation;

    /// <summary>Forbids the deletion of young archives by an access policy; without an age, removes that policy.</summary>
    public sealed record SetAccess(int Vault, int? YoungerThanDays) : Operation;

    /// <summary>Initiates a lock that permanently forbids the deletion of young archives.</summary>
    public sealed record InitiateLock(int Vault, int YoungerThanDays) : Operation;

    public sealed record CompleteLock(int Vault) : Operation;

    public sealed record AbortLock(int Vault) : Operation;
}

/// <summary>The false statement that a sender makes about its bytes.</summary>
internal enum Lie
{
    None,
    WrongTreeHash,
    WrongLinearHash,
    BodyTooShort,
    BodyTooLong,
    BodyBreaksOff,
    NotAligned,
    TooLarge,
    TooManyParts,
}

/// <summary>The size and hash that a client states when it completes an upload.</summary>
internal enum ClaimKind
{
    /// <summary>The last acknowledged part of each slot.</summary>
    AsAcknowledged,

    /// <summary>The parts of the upload's plan, acknowledged or not.</summary>
    AsPlanned,

    /// <summary>The same claim as before.</summary>
    AsBefore,

    WrongSize,
    WrongHash,
}
