using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Hashing;
using OrleansUploads.Core.Parts;

namespace OrleansUploads.Core.Uploads;

/// <summary>Where an upload stands. Each phase has only what that phase can have: a completed one has no place for a part.</summary>
public abstract record UploadState
{
    private UploadState()
    {
    }

    /// <summary>There is no such upload, or it was forgotten.</summary>
    public sealed record Unknown : UploadState
    {
        /// <summary>The only one.</summary>
        public static Unknown Instance { get; } = new();
    }

    /// <summary>Parts may come.</summary>
    /// <param name="Opening">What was fixed at the beginning.</param>
    /// <param name="Parts">The parts so far.</param>
    /// <param name="LastActivityAt">When a part was last accepted, or the upload was initiated.</param>
    /// <param name="FencedBefore">Attempts begun before this instant are no longer taken.</param>
    public sealed record Open(
        UploadOpening Opening, PartMap Parts, DateTimeOffset LastActivityAt, DateTimeOffset FencedBefore) : UploadState;

    /// <summary>An archive was decided upon, once and for ever.</summary>
    /// <param name="Opening">What was fixed at the beginning.</param>
    /// <param name="Archive">The archive's ID.</param>
    /// <param name="SizeBytes">Its size.</param>
    /// <param name="TreeHash">Its tree hash.</param>
    /// <param name="CompletedAt">When.</param>
    /// <param name="Parts">The parts, until the manifest is stored; null from then on.</param>
    /// <param name="Indexed">Whether the archive is in the vault's index.</param>
    /// <param name="ReleasedAt">When the archive was deleted; null while it lives.</param>
    public sealed record Completed(
        UploadOpening Opening,
        ArchiveId Archive,
        long SizeBytes,
        TreeHash TreeHash,
        DateTimeOffset CompletedAt,
        PartMap? Parts,
        bool Indexed,
        DateTimeOffset? ReleasedAt) : UploadState;

    /// <summary>It was aborted, or expired.</summary>
    /// <param name="Opening">What was fixed at the beginning.</param>
    /// <param name="Aborted">True where its owner gave it up, false where it expired.</param>
    /// <param name="EndedAt">When.</param>
    /// <param name="Closed">Whether the vault has stopped listing it.</param>
    public sealed record Ended(UploadOpening Opening, bool Aborted, DateTimeOffset EndedAt, bool Closed) : UploadState;
}
