using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Values;
using OrleansUploads.Hashing;

namespace OrleansUploads.Core.Jobs;

/// <summary>A job that retrieves an archive or a range of it.</summary>
/// <param name="Job">Its ID.</param>
/// <param name="Archive">The archive's index entry when the job was initiated.</param>
/// <param name="Range">The bytes to retrieve.</param>
/// <param name="RangeTreeHash">Tree hash of these bytes, or null if the range has none.</param>
/// <param name="Wish">The caller's options.</param>
/// <param name="CreatedAt">When the job was initiated.</param>
/// <param name="ReadyAt">When the output becomes available.</param>
public sealed record RetrievalJob(
    JobId Job,
    ArchiveEntry Archive,
    PartRange Range,
    TreeHash? RangeTreeHash,
    JobOptions Wish,
    DateTimeOffset CreatedAt,
    DateTimeOffset ReadyAt) : VaultJob
{
    /// <summary>The range to retrieve: the requested range, or the whole archive if <paramref name="requested"/> is
    /// null.</summary>
    public static PartRange RangeOf(ArchiveEntry archive, PartRange? requested) =>
        requested ?? new PartRange(0, archive.SizeBytes - 1);

    /// <summary>Why a range cannot be retrieved, or null if it can. The server must store the archive's bytes, and the range must
    /// lie inside the archive, start at a multiple of 1 MiB, and end at a multiple of 1 MiB or at the archive's end.</summary>
    public static Refusal? RefusalOf(ArchiveEntry archive, PartRange range) =>
        archive.ByteStorage == ByteStorage.External ? new Refusal.ArchiveStoredExternally(archive.Archive)
        : range.LastByte < archive.SizeBytes
            && TreeHashRanges.IsMegabyteAligned(range.FirstByte, range.LastByte, archive.SizeBytes) ? null
        : new Refusal.RetrievalRangeInvalid(range, archive.SizeBytes);
}
