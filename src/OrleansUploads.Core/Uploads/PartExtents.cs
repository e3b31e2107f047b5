using System.Collections;
using OrleansUploads.Core.Archives;

namespace OrleansUploads.Core.Uploads;

/// <summary>The parts of a completed upload as the extents of its archive. A view: copying ten thousand extents takes as long as a
/// commit.</summary>
/// <param name="parts">Parts without a gap between them.</param>
internal sealed class PartExtents(PartMap parts) : IReadOnlyList<Extent>
{
    /// <inheritdoc/>
    public int Count => parts.Count;

    /// <inheritdoc/>
    public Extent this[int index] => parts[index] is { } part
        ? new Extent(part.Place, part.LengthBytes, part.TreeHash)
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"There are {parts.Count} parts.");

    /// <inheritdoc/>
    public IEnumerator<Extent> GetEnumerator()
    {
        for (var index = 0; index < Count; index++)
        {
            yield return this[index];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
