namespace OrleansUploads.Simulation.Workload;

/// <summary>Something that a client wants, as a schedule has it: uploads and vaults are numbered, because no ID is known yet.</summary>
internal abstract record Operation
{
    private Operation()
    {
    }

    public sealed record CreateVault(int Vault) : Operation;

    public sealed record DeleteVault(int Vault) : Operation;

    public sealed record DescribeVault(int Vault) : Operation;

    public sealed record ListVaults : Operation;

    public sealed record InitiateUpload(int Vault, int Upload) : Operation;

    public sealed record PutPart(int Upload, int Slot, Content Content, Lie Lie) : Operation;

    public sealed record CompleteUpload(int Upload, ClaimKind Claim) : Operation;

    public sealed record AbortUpload(int Upload) : Operation;

    public sealed record ListParts(int Upload) : Operation;

    public sealed record ListUploads(int Vault) : Operation;

    public sealed record PutArchive(int Vault, Content Content, Lie Lie) : Operation;

    public sealed record DeleteArchive(int Archive) : Operation;

    public sealed record ReadArchive(int Archive, bool OnlyRange) : Operation;
}

/// <summary>How the sender of bytes lies about them.</summary>
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

/// <summary>What a client states when it completes an upload.</summary>
internal enum ClaimKind
{
    /// <summary>What was last acknowledged for each slot.</summary>
    AsAcknowledged,

    /// <summary>What the upload's plan says, acknowledged or not.</summary>
    AsPlanned,

    /// <summary>The same as the last time.</summary>
    AsBefore,

    WrongSize,
    WrongHash,
}
