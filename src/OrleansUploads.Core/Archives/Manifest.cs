using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Core.Archives;

/// <summary>Consecutive bytes of an archive that are stored together: one part.</summary>
/// <param name="LengthBytes">At least 1.</param>
public readonly record struct Extent(PartPlace Place, long LengthBytes, TreeHash TreeHash);

/// <summary>The extents of an archive in order. Immutable once stored.</summary>
/// <param name="Upload">The upload that became the archive; it owns the attempts, if there are any.</param>
/// <param name="PartSizeBytes">Length of every extent except the last, or 0 if the lengths differ.</param>
/// <param name="Extents">All bytes from offset 0 without a gap, all in the same storage.</param>
public sealed record Manifest(
    UploadId Upload,
    ArchiveId Archive,
    long SizeBytes,
    TreeHash TreeHash,
    long PartSizeBytes,
    IReadOnlyList<Extent> Extents,
    ByteStorage ByteStorage = ByteStorage.Gateway)
{
    /// <summary>The parts of an object; null in the manifest of an archive.</summary>
    public IReadOnlyList<ManifestPart>? Parts { get; init; }

    /// <summary>Whether the part store keeps the manifest of a completed upload. One part stays in the upload's state instead; more would
    /// make the state too large.</summary>
    internal static bool IsStoredFor(PartMap parts) => parts.Count > 1;

    /// <summary>The index of the extent that holds a byte, and the offset of the byte in it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The archive has no such byte.</exception>
    public (int Index, long Offset) FindExtent(long position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, SizeBytes);
        if (PartSizeBytes > 0)
        {
            return ((int)(position / PartSizeBytes), position % PartSizeBytes);
        }

        var index = 0;
        var offset = position;
        while (offset >= Extents[index].LengthBytes)
        {
            offset -= Extents[index++].LengthBytes;
        }

        return (index, offset);
    }
}

/// <summary>A part of an object.</summary>
/// <param name="LengthBytes">May be 0.</param>
public readonly record struct ManifestPart(int Number, long LengthBytes, Md5Digest Md5, Checksum? Checksum);

/// <summary>Stores a manifest in the part store.</summary>
/// <param name="Then">What to send once the manifest is stored, or null.</param>
public sealed record StoreManifest(Manifest Manifest, TellEntity? Then = null) : IntentAction;
