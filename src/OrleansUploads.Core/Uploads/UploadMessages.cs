using OrleansUploads.Core.Archives;

namespace OrleansUploads.Core.Uploads;

public abstract record UploadCommand : ICommand
{
    private protected UploadCommand()
    {
    }
}

/// <summary>A command to the upload of an archive or object that the caller addresses.</summary>
public abstract record AddressedUploadCommand : UploadCommand
{
    /// <summary>Whether the caller addresses an upload.</summary>
    internal abstract bool Addresses(UploadSpec spec);

    /// <summary>The refusal if the caller addresses no upload.</summary>
    internal virtual Refusal NotFound => new Refusal.UploadNotFound();
}

/// <summary>A command to the upload of an archive.</summary>
/// <param name="Vault">The incarnation of the vault that the caller addressed.</param>
public abstract record ArchiveUploadCommand(VaultIncarnation Vault) : AddressedUploadCommand
{
    internal override bool Addresses(UploadSpec spec) => spec is ArchiveUploadSpec archive && archive.Vault == Vault;
}

/// <summary>Initiates the upload. The answer to a multipart upload waits until its vault or bucket lists it.</summary>
[Named("initiate-upload.1")]
public sealed record InitiateUpload(UploadSpec Spec) : UploadCommand, ICommand<Done>, IMayBeginEntity;

/// <summary>Makes an archive of one part that is already durable, in one step.</summary>
/// <param name="Spec">The upload, which is in no list.</param>
/// <param name="LengthBytes">The length of the archive.</param>
/// <param name="TreeHash">Its tree hash, computed while the bytes were stored.</param>
/// <param name="Attempt">The attempt that holds the bytes.</param>
[Named("put-archive.1")]
public sealed record PutArchive(ArchiveUploadSpec Spec, long LengthBytes, TreeHash TreeHash, AttemptId Attempt)
    : UploadCommand, ICommand<CompletedArchive>, IMayBeginEntity;

/// <summary>Asks whether the upload would accept a part, so that an invalid part is refused before its bytes are read.</summary>
/// <param name="Vault">The incarnation of the vault that the caller addressed.</param>
/// <param name="Range">The bytes of the archive that the part would hold.</param>
[Named("check-part.1")]
public record CheckPart(VaultIncarnation Vault, PartRange Range) : ArchiveUploadCommand(Vault), ICommand<Done>, IAsksForAdvice;

/// <summary>The same question, answered only by a host that owns the upload.</summary>
[Named("check-current-part.1")]
public sealed record CheckCurrentPart(VaultIncarnation Vault, PartRange Range) : CheckPart(Vault, Range), IRequiresFreshState;

/// <summary>Reports a part whose bytes are durable in the part store.</summary>
/// <param name="Vault">The incarnation of the vault that the caller addressed.</param>
/// <param name="Range">The bytes that the part holds.</param>
/// <param name="TreeHash">Tree hash of these bytes, computed while they were stored.</param>
/// <param name="Attempt">The attempt that holds them.</param>
/// <param name="Sender">Who sent them, or null if that is not known.</param>
[Named("store-part.1")]
public sealed record StorePart(VaultIncarnation Vault, PartRange Range, TreeHash TreeHash, AttemptId Attempt, Sender? Sender = null)
    : ArchiveUploadCommand(Vault), ICommand<Done>;

/// <summary>Completes the upload: its parts become an archive, if the part store has all of them.</summary>
/// <param name="Vault">The incarnation of the vault that the caller addressed.</param>
/// <param name="SizeBytes">The archive's size, as the caller knows it.</param>
/// <param name="TreeHash">The archive's tree hash, as the caller knows it.</param>
/// <param name="Stored">The part store's listing of the upload, or null to check nothing by it. A part that was reported after the
/// listing may be missing from it; the caller then lists again.</param>
[Named("complete-upload.1")]
public sealed record CompleteUpload(
    VaultIncarnation Vault, long SizeBytes, TreeHash TreeHash, IReadOnlyList<ListedAttempt>? Stored = null)
    : ArchiveUploadCommand(Vault), ICommand<CompletedArchive>;

/// <summary>Aborts the upload.</summary>
/// <param name="Vault">The incarnation of the vault that the caller addressed.</param>
[Named("abort-upload.1")]
public sealed record AbortUpload(VaultIncarnation Vault) : ArchiveUploadCommand(Vault), ICommand<Done>;

/// <summary>Lists the parts, in the order of their ranges.</summary>
/// <param name="Vault">The incarnation of the vault that the caller addressed.</param>
/// <param name="FirstByte">Lists only parts that start at or after this offset.</param>
/// <param name="Limit">Maximum number of parts to list; at least 1.</param>
[Named("list-parts.1")]
public sealed record ListParts(VaultIncarnation Vault, long FirstByte, int Limit) : ArchiveUploadCommand(Vault), ICommand<PartsPage>;

/// <summary>Asks which attempts are in use before the others are collected.</summary>
/// <param name="Before">From now on the upload refuses attempts that started before this instant.</param>
[Named("fence-attempts.1")]
public sealed record FenceAttempts(DateTimeOffset Before) : UploadCommand, ICommand<AttemptsInUse>, IRequiresFreshState;

/// <summary>Reports that the upload's archive was deleted; sent by the vault's jobs.</summary>
/// <param name="DeletedAt">The time of the deletion.</param>
/// <param name="BytesUntil">Until when jobs refer to its bytes.</param>
[Named("release-archive.1")]
public sealed record ReleaseArchive(ArchiveId Archive, DateTimeOffset DeletedAt, DateTimeOffset BytesUntil)
    : UploadCommand, ICommand<Done>, IRequiresFreshState;

/// <summary>Asks which bytes of a deleted archive or object are not freed yet.</summary>
[Named("find-unfreed-bytes.1")]
public sealed record FindUnfreedBytes : UploadCommand, ICommand<UnfreedBytes>;

/// <summary>Frees the bytes of a deleted archive or object now, although jobs, downloads and copies may still read them. An archive or
/// object that exists is left alone, and nothing is freed during a backup.</summary>
[Named("free-bytes.1")]
public sealed record FreeBytes : UploadCommand, ICommand<UnfreedBytes>;

/// <summary>The bytes of a deleted archive or object that are not freed yet.</summary>
/// <param name="Bytes">Their number, or 0 if there are none.</param>
/// <param name="Until">When they are freed at the earliest, or null if there are none or they are being freed.</param>
[Named("unfreed-bytes.1")]
public sealed record UnfreedBytes(long Bytes, DateTimeOffset? Until) : IAnswer;

/// <summary>Confirms that the manifest is in the part store.</summary>
public sealed record ConfirmManifestStored : UploadCommand, ICommand<Done>;

/// <summary>Confirms that the archive is in the vault's index.</summary>
/// <param name="IsVaultGone">Whether the vault was deleted before it had recorded the archive, which therefore never existed.</param>
public sealed record ConfirmArchiveIndexed(bool IsVaultGone = false) : UploadCommand, ICommand<Done>;

/// <summary>Confirms that the part store has deleted the bytes of the upload.</summary>
public sealed record ConfirmBytesReclaimed : UploadCommand, ICommand<Done>;

/// <summary>Confirms that the vault or bucket lists the upload.</summary>
public sealed record ConfirmUploadListed : UploadCommand, ICommand<Done>;

/// <summary>Confirms that the receiver has taken the end of the upload, or that it was given up.</summary>
public sealed record ConfirmEndTold : UploadCommand, ICommand<Done>;

/// <summary>Confirms that the vault or bucket no longer lists the upload.</summary>
public sealed record ConfirmUploadUnlisted : UploadCommand, ICommand<Done>;

/// <summary>The archive that a completed upload became.</summary>
/// <param name="Archive">The archive's ID.</param>
/// <param name="Vault">The vault that contains it.</param>
[Named("completed-archive.1")]
public sealed record CompletedArchive(ArchiveId Archive, VaultId Vault, long SizeBytes, TreeHash TreeHash) : IAnswer;

/// <summary>One page of an upload's parts.</summary>
/// <param name="Spec">What was fixed when the upload was initiated.</param>
/// <param name="Parts">The parts, in the order of their ranges.</param>
/// <param name="NextFirstByte">The offset at which the next page starts; null on the last page.</param>
[Named("parts-page.1")]
public sealed record PartsPage(ArchiveUploadSpec Spec, IReadOnlyList<ListedPart> Parts, long? NextFirstByte) : IAnswer;

/// <summary>A part in a list.</summary>
/// <param name="Range">The bytes that it holds.</param>
/// <param name="Location">The external location of the bytes, or null if they are in the part store.</param>
public readonly record struct ListedPart(PartRange Range, TreeHash TreeHash, PartLocation? Location);

public abstract record AttemptsInUse : IAnswer
{
    private AttemptsInUse()
    {
    }

    /// <summary>No attempt is in use, and none will be.</summary>
    [Named("attempts-none.1")]
    public sealed record None : AttemptsInUse;

    /// <summary>These attempts, and every attempt that started at or after the fence.</summary>
    /// <param name="Attempts">The attempts that are currently parts. Do not change the set.</param>
    [Named("attempts-only.1")]
    public sealed record Only(HashSet<AttemptId> Attempts) : AttemptsInUse;

    /// <summary>The attempts that the stored manifest names.</summary>
    [Named("attempts-by-manifest.1")]
    public sealed record ByManifest : AttemptsInUse;
}

/// <summary>An attempt in a listing of the part store, which does not read the bytes.</summary>
public readonly record struct ListedAttempt(AttemptId Attempt, long LengthBytes);

/// <summary>Finds the attempts of a listing of the part store.</summary>
internal sealed class ListedAttempts
{
    private readonly Dictionary<AttemptId, long> _lengths;

    /// <summary>Reads a listing.</summary>
    public ListedAttempts(IReadOnlyList<ListedAttempt> listing)
    {
        _lengths = new Dictionary<AttemptId, long>(listing.Count);
        foreach (var (attempt, lengthBytes) in listing)
        {
            _lengths[attempt] = lengthBytes;
        }
    }

    /// <summary>Whether an attempt is missing, or has another length. False for a part without an attempt.</summary>
    public bool HasLost(AttemptId? attempt, long lengthBytes) =>
        attempt is { } known && !(_lengths.TryGetValue(known, out var stored) && stored == lengthBytes);
}

/// <summary>Returns everything that an open upload knows about one part.</summary>
/// <param name="Vault">The incarnation of the vault that the caller addressed.</param>
/// <param name="Number">The part's number in <see cref="MappedParts"/>.</param>
[Named("find-part.1")]
public sealed record FindPart(VaultIncarnation Vault, int Number) : ArchiveUploadCommand(Vault), ICommand<FoundPart>;

/// <summary>One part of an open upload.</summary>
/// <param name="Range">The bytes that it holds, or null if the upload does not have the part.</param>
/// <param name="TreeHash">Their tree hash; meaningless without a range.</param>
/// <param name="Attempt">The attempt that holds them, or null if they are stored externally.</param>
/// <param name="Location">The external location of the bytes, or null if they are in the part store.</param>
/// <param name="StoredAt">When the part was accepted; meaningless without a range.</param>
/// <param name="Sender">Who sent it, or null if that is not known.</param>
[Named("found-part.1")]
public sealed record FoundPart(
    PartRange? Range, TreeHash TreeHash, AttemptId? Attempt, PartLocation? Location, DateTimeOffset StoredAt, Sender? Sender = null)
    : IAnswer;

/// <summary>Asks which parts of an open upload are there. The answer is short, regardless of the number of parts.</summary>
/// <param name="Vault">The incarnation of the vault that the caller addressed.</param>
[Named("map-parts.1")]
public sealed record MapParts(VaultIncarnation Vault) : ArchiveUploadCommand(Vault), ICommand<MappedUpload>;

/// <summary>An upload with the map of its parts.</summary>
[Named("mapped-upload.1")]
public sealed record MappedUpload(ArchiveUploadSpec Spec, MappedParts Parts) : IAnswer;

/// <summary>Which parts an open upload has.</summary>
/// <param name="Numbers">The numbers of the parts. The part at the beginning of an archive has number 1.</param>
/// <param name="Bytes">Sum of their lengths.</param>
/// <param name="LastActivityAt">When a part was last accepted, or the upload was initiated.</param>
public sealed record MappedParts(PartNumbers Numbers, long Bytes, DateTimeOffset LastActivityAt)
{
    /// <summary>How fast the last parts arrived, or null if that is not known. A note.</summary>
    public TransferRate? Rate { get; init; }

    /// <summary>Who sent the last part, or null if that is not known. A note.</summary>
    public Sender? LastSender { get; init; }

    /// <summary>When the upload expires at the earliest, unless another part arrives. A note.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>How fast the last parts of an upload arrived.</summary>
/// <param name="BytesPerSecond">The rate. The connections carried at least this much.</param>
/// <param name="OverMilliseconds">The time that it was measured over.</param>
public sealed record TransferRate(long BytesPerSecond, long OverMilliseconds);

/// <summary>Deletes the bytes of an upload that has ended, or of a deleted archive once no job refers to them.</summary>
/// <param name="Tenant">Who shares turns with others, see <see cref="UploadSpec.Tenant"/>.</param>
public sealed record ReclaimBytes(UploadId Upload, string Tenant) : IntentAction;

/// <summary>Reports a part whose bytes are durable in external storage. This service cannot read them, so it accepts the stated tree
/// hash.</summary>
/// <remarks>A report can arrive late, even after a repetition of it was answered. Delete the bytes at a reported location only after the
/// upload has ended and if no manifest names them. This holds for every answer.</remarks>
/// <param name="Vault">The incarnation of the vault that the caller addressed.</param>
/// <param name="Range">The bytes of the archive that the part holds.</param>
/// <param name="TreeHash">Tree hash of these bytes.</param>
/// <param name="Location">The location of the bytes.</param>
[Named("report-external-part.1")]
public sealed record ReportExternalPart(VaultIncarnation Vault, PartRange Range, TreeHash TreeHash, PartLocation Location)
    : ArchiveUploadCommand(Vault), ICommand<ExternalPartResult>;

/// <summary>The result of reporting an external part.</summary>
/// <param name="Location">The current location of the part.</param>
/// <param name="ReportedInUse">Whether this is the reported location. False if the same bytes were reported before with another location,
/// so the new one is not needed.</param>
[Named("external-part-result.1")]
public sealed record ExternalPartResult(PartLocation Location, bool ReportedInUse) : IAnswer;

/// <summary>Returns the state of an upload. Ended uploads also answer, for as long as their record is kept.</summary>
/// <param name="Vault">The incarnation of the vault that the caller addressed.</param>
[Named("summarize-upload.1")]
public sealed record SummarizeUpload(VaultIncarnation Vault) : ArchiveUploadCommand(Vault), ICommand<UploadSummary>;

/// <summary>Asks a completed upload where the bytes of its archive are.</summary>
/// <param name="Vault">The incarnation of the vault that the caller addressed.</param>
[Named("find-manifest.1")]
public sealed record FindManifest(VaultIncarnation Vault) : ArchiveUploadCommand(Vault), ICommand<FoundManifest>, IRequiresFreshState;

/// <summary>Where the bytes of an archive are.</summary>
/// <param name="Parts">The parts, or null if the part store has the manifest. It has none after the bytes were freed.</param>
[Named("found-manifest.1")]
public sealed record FoundManifest(ArchiveUploadSpec Spec, ArchiveCompletion Archive, PartMap? Parts) : IAnswer
{
    /// <summary>The manifest, or null if the part store has it.</summary>
    public Manifest? ToManifest() => Parts is null ? null : ArchiveManifest.Of(Spec, Archive, Parts);
}

/// <summary>The phases of an upload. The values are sent to clients: never change them.</summary>
public enum UploadPhase
{
    /// <summary>The upload accepts parts.</summary>
    Open = 0,

    /// <summary>The upload became an archive.</summary>
    Completed = 1,

    /// <summary>A client aborted the upload.</summary>
    Aborted = 2,

    /// <summary>The upload expired without activity.</summary>
    Expired = 3,
}

/// <summary>The state of an upload.</summary>
/// <param name="Spec">What was fixed at initiation.</param>
/// <param name="Parts">The number of parts, or 0 unless it is open.</param>
/// <param name="ReportedBytes">Sum of their lengths; for a completed upload, the archive's size.</param>
/// <param name="Archive">The archive, or null unless it is completed.</param>
/// <param name="ArchiveDeletedAt">When the archive was deleted; null while it exists.</param>
[Named("upload-summary.1")]
public sealed record UploadSummary(
    ArchiveUploadSpec Spec, UploadPhase Phase, int Parts, long ReportedBytes, CompletedArchive? Archive,
    DateTimeOffset? ArchiveDeletedAt = null) : IAnswer
{
    /// <summary>When it was aborted or expired, or null. A note.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}
