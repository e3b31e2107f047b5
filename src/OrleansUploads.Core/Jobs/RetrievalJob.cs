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
    DateTimeOffset ReadyAt) : VaultJob;
