using OrleansUploads.Core.Hashing;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Core.Archives;

/// <summary>One run of an archive's bytes: a whole part.</summary>
/// <param name="Place">Where the bytes are.</param>
/// <param name="LengthBytes">How many; at least 1.</param>
/// <param name="TreeHash">Tree hash of exactly these bytes.</param>
public readonly record struct Extent(PartPlace Place, long LengthBytes, TreeHash TreeHash);

/// <summary>Which bytes make up an archive: its extents in order. Immutable once stored.</summary>
/// <param name="Upload">The upload that the archive came from; it owns the attempts, where there are any.</param>
/// <param name="Archive">The archive's ID.</param>
/// <param name="SizeBytes">Sum of the extents' lengths.</param>
/// <param name="TreeHash">Tree hash of the whole archive.</param>
/// <param name="PartSizeBytes">Length of every extent but the last.</param>
/// <param name="Extents">From byte 0 on, without a gap; all of them where the custody says.</param>
/// <param name="Custody">Who keeps the bytes.</param>
public sealed record Manifest(
    UploadId Upload,
    ArchiveId Archive,
    long SizeBytes,
    TreeHash TreeHash,
    long PartSizeBytes,
    IReadOnlyList<Extent> Extents,
    Custody Custody = Custody.Gateway);
