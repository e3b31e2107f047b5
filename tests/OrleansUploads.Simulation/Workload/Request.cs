namespace OrleansUploads.Simulation.Workload;

/// <summary>An operation with known IDs, as it is sent to a server, in this process or over HTTP.</summary>
internal abstract record Request
{
    private Request()
    {
    }

    public abstract record OfVault(int Vault) : Request;

    public abstract record OfUpload(int Vault, UploadId Upload) : OfVault(Vault);

    public sealed record CreateVault(int Vault) : OfVault(Vault);

    public sealed record DeleteVault(int Vault) : OfVault(Vault);

    public sealed record DescribeVault(int Vault) : OfVault(Vault);

    public sealed record ListVaults : Request;

    public sealed record InitiateUpload(int Vault) : OfVault(Vault);

    public sealed record PutPart(int Vault, UploadId Upload, int Slot, Content Content, Lie Lie) : OfUpload(Vault, Upload);

    /// <summary>Asks for a grant to write a part. With <c>OnlyIfMissing</c>, there is no grant for a part that is stored or claimed.</summary>
    public sealed record GrantWrite(int Vault, UploadId Upload, int Slot, Content Content, bool OnlyIfMissing) : OfUpload(Vault, Upload);

    /// <summary>Reports what a node has written, or says so. The length is that of the content unless the node lies.</summary>
    public sealed record ReportWritten(int Vault, UploadId Upload, int Slot, Content Content, int LengthBytes, AttemptId Attempt)
        : OfUpload(Vault, Upload);

    public sealed record CompleteUpload(int Vault, UploadId Upload, Claim Claim) : OfUpload(Vault, Upload);

    public sealed record AbortUpload(int Vault, UploadId Upload) : OfUpload(Vault, Upload);

    public sealed record ListParts(int Vault, UploadId Upload) : OfUpload(Vault, Upload);

    public sealed record ListUploads(int Vault) : OfVault(Vault);

    public sealed record PutArchive(int Vault, Content Content, Lie Lie) : OfVault(Vault);

    public sealed record DeleteArchive(int Vault, ArchiveId Archive) : OfVault(Vault);

    /// <summary>Deletes the archive of an upload, perhaps before the upload is complete.</summary>
    public sealed record DeleteForeseen(int Vault, UploadId Upload, ArchiveId Archive, IReadOnlyList<Content> Contents)
        : OfVault(Vault);

    public sealed record SetAccess(int Vault, int? YoungerThanDays) : OfVault(Vault);

    public sealed record InitiateLock(int Vault, int YoungerThanDays) : OfVault(Vault);

    /// <summary>Completes a lock. The age is the one of its initiation.</summary>
    public sealed record CompleteLock(int Vault, LockId Lock, int YoungerThanDays) : OfVault(Vault);

    public sealed record AbortLock(int Vault) : OfVault(Vault);

    /// <summary>Reads an archive by a retrieval job: all of it, or its last whole or partial MiB.</summary>
    public sealed record ReadArchive(int Vault, ArchiveId Archive, IReadOnlyList<Content> Expected, bool OnlyRange)
        : OfVault(Vault)
    {
        public static ReadArchive Of(ArchiveFacts archive, bool onlyRange) =>
            new(archive.Vault, archive.Id, archive.Contents, onlyRange);
    }
}

/// <summary>The size and tree hash that a client states, and the bytes that they describe, or null if they are wrong on
/// purpose.</summary>
internal sealed record Claim(long SizeBytes, TreeHash TreeHash, IReadOnlyList<Content>? Contents)
{
    public static Claim Of(IReadOnlyList<Content> contents) =>
        new(Content.SizeOf(contents), Content.TreeHashOf(contents), contents);
}

/// <summary>A server's answer.</summary>
internal enum Verdict
{
    /// <summary>The outcome of the request is unknown.</summary>
    Unknown = 0,
    Done,
    NotFound,

    /// <summary>Refused because the request is invalid.</summary>
    Invalid,

    /// <summary>Refused because of the current state: the vault is not empty, or the attempt was collected.</summary>
    Conflict,

    /// <summary>Refused because a limit is reached.</summary>
    Full,

    /// <summary>Refused by a policy of the vault, or because it is locked.</summary>
    Denied,

    /// <summary>The stored bytes are not those of the tree hash, because a node has lied.</summary>
    Damaged,
}

/// <summary>A server's reply; which members are set follows from the request.</summary>
internal sealed record Reply(Verdict Verdict)
{
    public static readonly Reply Unknown = new(Verdict.Unknown);

    public UploadId? Upload { get; init; }

    public ArchiveId? Archive { get; init; }

    /// <summary>The grant that was asked for, or null if the part is not missing or was granted to another node.</summary>
    public Grant? Grant { get; init; }

    /// <summary>Sizes and tree hashes of the listed parts, by slot.</summary>
    public IReadOnlyList<(int Slot, long LengthBytes, TreeHash TreeHash)>? Parts { get; init; }

    public IReadOnlyList<UploadId>? Uploads { get; init; }

    public IReadOnlyList<int>? Vaults { get; init; }

    public LockId? Lock { get; init; }

    /// <summary>The incarnation of the vault in which a lock was completed or aborted, or 0 if that is uncertain.</summary>
    public long Epoch { get; init; }

    public long Archives { get; init; }

    public long SizeBytes { get; init; }

    /// <summary>Whether bytes that were read differ from those that were stored. This must never happen.</summary>
    public bool BytesDiffer { get; init; }

    public string? Reason { get; init; }
}

internal interface IServer
{
    Task<Reply> HandleAsync(Request request, CancellationToken cancellationToken);
}
