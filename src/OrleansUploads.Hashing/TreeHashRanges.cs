using System.Numerics;

namespace OrleansUploads.Hashing;

/// <summary>Rules for byte ranges of an archive: which can be retrieved, and which have a tree hash.</summary>
/// <remarks>Both ends of a range are inclusive, as in HTTP. A range that is empty or not inside the archive is not aligned.
/// Source of the rules: Amazon Glacier developer guide, page "Receiving checksums when downloading data".</remarks>
public static class TreeHashRanges
{
    /// <summary>Whether the range starts at a multiple of 1 MiB and ends at a multiple of 1 MiB or at the archive's
    /// end.</summary>
    public static bool IsMegabyteAligned(long firstByte, long lastByte, long sizeBytes) =>
        firstByte >= 0 && firstByte <= lastByte && lastByte < sizeBytes
        && firstByte % TreeHash.LeafBytes == 0
        && (lastByte == sizeBytes - 1 || (lastByte + 1) % TreeHash.LeafBytes == 0);

    /// <summary>Whether a node of the archive's hash tree covers exactly this range.</summary>
    public static bool IsTreeHashAligned(long firstByte, long lastByte, long sizeBytes)
    {
        if (!IsMegabyteAligned(firstByte, lastByte, sizeBytes)) return false;
        var firstLeaf = firstByte / TreeHash.LeafBytes;
        var leaves = (lastByte / TreeHash.LeafBytes) - firstLeaf + 1;
        var nodeLeaves = (long)BitOperations.RoundUpToPowerOf2((ulong)leaves);

        // A node covers 2^n leaves, starting at a multiple of 2^n. Only the end of the archive may cut it short.
        return firstLeaf % nodeLeaves == 0 && (leaves == nodeLeaves || lastByte == sizeBytes - 1);
    }
}
