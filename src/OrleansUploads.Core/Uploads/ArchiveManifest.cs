using System.Collections;
using OrleansUploads.Core.Archives;

namespace OrleansUploads.Core.Uploads;

/// <summary>Makes the manifests of archives.</summary>
internal static class ArchiveManifest
{
    /// <summary>The manifest of the archive that an upload has become.</summary>
    /// <param name="parts">The upload's parts, all from the first to the last.</param>
    public static Manifest Of(ArchiveUploadSpec spec, ArchiveCompletion archive, PartMap parts) => new(
        spec.Upload,
        archive.Archive,
        archive.SizeBytes,
        archive.TreeHash,
        spec.PartSize.Bytes,
        new PartExtents(parts),
        spec.ByteStorage);
}

/// <summary>The parts of a completed upload as the extents of its archive. A view: copying ten thousand extents takes as long as a
/// commit.</summary>
/// <param name="parts">Parts without a gap between them.</param>
internal sealed class PartExtents(PartMap parts) : IReadOnlyList<Extent>
{
    public int Count => parts.Count;

    public Extent this[int index] => parts[index + 1] is { } part
        ? new Extent(part.Place.GetValueOrDefault(), part.LengthBytes, part.TreeHash)
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"There are {parts.Count} parts.");

    public IEnumerator<Extent> GetEnumerator()
    {
        for (var index = 0; index < Count; index++)
        {
            yield return this[index];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
