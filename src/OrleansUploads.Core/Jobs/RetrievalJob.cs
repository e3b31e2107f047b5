using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Hashing;
using OrleansUploads.Core.Parts;

namespace OrleansUploads.Core.Jobs;

/// <summary>The retrieval of an archive, or of a range of it.</summary>
/// <param name="Job">Its ID.</param>
/// <param name="Archive">The archive as it was indexed when the job began.</param>
/// <param name="Range">The bytes that are wanted.</param>
/// <param name="RangeTreeHash">Their tree hash; null where the range has none.</param>
/// <param name="Wish">What the caller said.</param>
/// <param name="CreatedAt">When it was initiated.</param>
/// <param name="ReadyAt">From when on its output may be read.</param>
public sealed record RetrievalJob(
    JobId Job,
    ArchiveEntry Archive,
    PartRange Range,
    TreeHash? RangeTreeHash,
    JobWish Wish,
    DateTimeOffset CreatedAt,
    DateTimeOffset ReadyAt) : VaultJob
{
    /// <summary>The bytes that are meant where a range is wanted, or, by null, the whole archive.</summary>
    public static PartRange RangeOf(ArchiveEntry archive, PartRange? wanted) =>
        wanted ?? new PartRange(0, archive.SizeBytes - 1);

    /// <summary>Why a range cannot be retrieved; null where it can. The bytes are here, and the range begins and ends at a multiple
    /// of 1 MiB (or at the archive's end) and lies inside the archive.</summary>
    public static Refusal? RefusalOf(ArchiveEntry archive, PartRange range) =>
        archive.Custody == Custody.Elsewhere ? new Refusal.ArchiveKeptElsewhere(archive.Archive)
        : range.LastByte < archive.SizeBytes
            && TreeHashRanges.IsMegabyteAligned(range.FirstByte, range.LastByte, archive.SizeBytes) ? null
        : new Refusal.RetrievalRangeInvalid(range, archive.SizeBytes);
}
