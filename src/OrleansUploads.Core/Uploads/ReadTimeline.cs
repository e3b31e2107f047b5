using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Uploads;

/// <summary>Returns the timeline of an upload. Ended uploads also answer, for as long as their record is kept.</summary>
/// <param name="Vault">The vault that the caller addressed.</param>
/// <param name="Number">The only part that the caller asks for, or null for all. An ended upload returns all.</param>
public sealed record ReadTimeline(VaultId Vault, int? Number = null) : UploadCommand, ICommand<UploadTimeline>;

/// <summary>The timeline of an upload.</summary>
/// <param name="Phase">The phase of the upload.</param>
/// <param name="BegunAt">When it was initiated.</param>
/// <param name="EndedAt">When it was completed or aborted, or expired; null while it is open.</param>
/// <param name="Packed">The rest, or null if it was not kept: an earlier version of the program ended the upload.</param>
public sealed record UploadTimeline(UploadPhase Phase, DateTimeOffset BegunAt, DateTimeOffset? EndedAt, PackedTimeline? Packed)
{
    /// <summary>What the upload was for and what it became, or null if an earlier version of the program answered. A note.</summary>
    public UploadOutcome? Outcome { get; init; }

    /// <summary>Unpacks the rest.</summary>
    /// <exception cref="FormatException">A newer version of the program packed it.</exception>
    public Timeline? Unpack() => Packed is { } packed ? TimelineCodec.Unpack(packed, BegunAt) : null;
}

/// <summary>What an upload was for, and what it became.</summary>
/// <param name="Origin">The kind of request that opened it.</param>
/// <param name="Description">The archive's description. Objects have none.</param>
/// <param name="SizeBytes">The size of the archive or object, or null unless the upload is completed.</param>
/// <param name="Archive">The archive, or null unless the upload became one.</param>
/// <param name="Hash">The archive's tree hash or the object's ETag, or null unless the upload is completed.</param>
/// <param name="ReleasedAt">When the archive was deleted, or the object deleted or replaced; null while it exists.</param>
public sealed record UploadOutcome(
    UploadOrigin Origin,
    Description Description,
    long? SizeBytes = null,
    ArchiveId? Archive = null,
    string? Hash = null,
    DateTimeOffset? ReleasedAt = null);
