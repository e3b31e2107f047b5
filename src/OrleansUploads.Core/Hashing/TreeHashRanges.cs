using System.Numerics;

namespace OrleansUploads.Core.Hashing;

/// <summary>Which byte ranges of an archive can be retrieved, and which have a tree hash of their own.</summary>
/// <remarks>Ranges have both ends included, as in HTTP. A range that is empty or not inside the archive is not aligned.
/// Source of the rules: Amazon Glacier developer guide, page "Receiving checksums when downloading data".</remarks>
public static class TreeHashRanges
{
    /// <summary>Whether the range starts on a MiB and ends on one or with the archive.</summary>
    public static bool IsMegabyteAligned(long firstByte, long lastByte, long sizeBytes) =>
        firstByte >= 0 && firstByte <= lastByte && lastByte < sizeBytes
        && firstByte % Limits.LeafBytes == 0
        && (lastByte == sizeBytes - 1 || (lastByte + 1) % Limits.LeafBytes == 0);

    /// <summary>Whether the range is exactly what one node of the archive's tree covers.</summary>
    public static bool IsTreeHashAligned(long firstByte, long lastByte, long sizeBytes)
    {
        if (!IsMegabyteAligned(firstByte, lastByte, sizeBytes)) return false;
        var firstLeaf = firstByte / Limits.LeafBytes;
        var leaves = (lastByte / Limits.LeafBytes) - firstLeaf + 1;
        var nodeLeaves = (long)BitOperations.RoundUpToPowerOf2((ulong)leaves);

        // A node covers a power of two leaves from a multiple of it on, unless the archive ends first.
        return firstLeaf % nodeLeaves == 0 && (leaves == nodeLeaves || lastByte == sizeBytes - 1);
    }
}
