using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Values;
using OrleansUploads.Hashing;

namespace OrleansUploads.Core.Uploads;

/// <summary>The state of an upload. Each phase has only its own data, so a completed upload cannot accept a part.</summary>
public abstract partial record UploadState
{
    private UploadState()
    {
    }

    /// <summary>The upload does not exist, or its record was deleted.</summary>
    public sealed record Unknown : UploadState
    {
        /// <summary>The only instance.</summary>
        public static Unknown Instance { get; } = new();
    }

    /// <summary>The upload accepts parts.</summary>
    /// <param name="Spec">What was fixed at initiation.</param>
    /// <param name="Parts">The parts so far.</param>
    /// <param name="LastActivityAt">When a part was last accepted, or the upload was initiated.</param>
    /// <param name="FencedBefore">Attempts that started before this instant are refused.</param>
    public sealed record Open(
        UploadSpec Spec, PartMap Parts, DateTimeOffset LastActivityAt, DateTimeOffset FencedBefore) : UploadState
    {
        /// <summary>The senders of the parts.</summary>
        public SenderTable Senders { get; init; } = SenderTable.Empty;

        /// <summary>How many replaced attempts the parts' trails keep.</summary>
        public int KeptAttempts { get; init; }
    }

    /// <summary>The upload became an archive. This never changes.</summary>
    /// <param name="Spec">What was fixed at initiation.</param>
    /// <param name="Archive">The archive's ID.</param>
    /// <param name="SizeBytes">Its size.</param>
    /// <param name="TreeHash">Its tree hash.</param>
    /// <param name="CompletedAt">The time of completion.</param>
    /// <param name="Parts">The parts until the manifest is stored; null afterwards.</param>
    /// <param name="Indexed">Whether the archive is in the vault's index.</param>
    /// <param name="ReleasedAt">When the archive was deleted; null while it exists.</param>
    public sealed record Completed(
        UploadSpec Spec,
        ArchiveId Archive,
        long SizeBytes,
        TreeHash TreeHash,
        DateTimeOffset CompletedAt,
        PartMap? Parts,
        bool Indexed,
        DateTimeOffset? ReleasedAt) : UploadState
    {
        /// <summary>The timeline; null for an archive in one request, and if it was not kept.</summary>
        public PackedTimeline? Timeline { get; init; }

        /// <summary>Until when jobs refer to the bytes of the deleted archive; null while it exists or if no jobs were
        /// asked.</summary>
        public DateTimeOffset? BytesUntil { get; init; }

        /// <summary>Whether no job refers to the bytes, now or in the future.</summary>
        public bool BytesReleased { get; init; }

        /// <summary>Whether the part store has deleted the bytes.</summary>
        public bool BytesReclaimed { get; init; }
    }

    /// <summary>The upload was aborted, has expired, or ended with its vault.</summary>
    /// <param name="Spec">What was fixed at initiation.</param>
    /// <param name="Aborted">True if a client or the deletion of the vault ended it; false if it expired.</param>
    /// <param name="EndedAt">When it ended.</param>
    /// <param name="Closed">Whether the vault no longer lists it.</param>
    public sealed record Ended(UploadSpec Spec, bool Aborted, DateTimeOffset EndedAt, bool Closed) : UploadState
    {
        /// <summary>Whether it ended because its vault was deleted.</summary>
        public bool WithVault { get; init; }

        /// <summary>The timeline; null for an archive in one request, and if it was not kept.</summary>
        public PackedTimeline? Timeline { get; init; }
    }
}
