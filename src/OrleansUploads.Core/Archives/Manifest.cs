using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Core.Archives;

/// <summary>Consecutive bytes of an archive that are stored together: one part.</summary>
/// <param name="Place">Where the bytes are.</param>
/// <param name="LengthBytes">The number of bytes; at least 1.</param>
/// <param name="TreeHash">Tree hash of exactly these bytes.</param>
public readonly record struct Extent(PartPlace Place, long LengthBytes, TreeHash TreeHash);

/// <summary>The extents of an archive in order. Immutable once stored.</summary>
/// <param name="Upload">The upload that became the archive; it owns the attempts, if there are any.</param>
/// <param name="Archive">The archive's ID.</param>
/// <param name="SizeBytes">Sum of the extents' lengths.</param>
/// <param name="TreeHash">Tree hash of the whole archive.</param>
/// <param name="PartSizeBytes">Length of every extent except the last, or 0 if the lengths differ.</param>
/// <param name="Extents">All bytes from offset 0 without a gap, all in the same storage.</param>
/// <param name="ByteStorage">Where the bytes are stored.</param>
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

    /// <summary>The extent that holds a byte.</summary>
    /// <param name="position">Offset of the byte in the archive; less than <see cref="SizeBytes"/>.</param>
    /// <returns>The extent's index, and the offset of the byte in the extent.</returns>
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
/// <param name="Number">Its number.</param>
/// <param name="LengthBytes">Its length; may be 0.</param>
/// <param name="Md5">MD5 of its bytes.</param>
/// <param name="Checksum">Its checksum, or null if it has none.</param>
public readonly record struct ManifestPart(int Number, long LengthBytes, Md5Digest Md5, Checksum? Checksum);

/// <summary>Stores a manifest in the part store.</summary>
/// <param name="Manifest">The extents of the archive.</param>
/// <param name="Then">What to send once the manifest is stored, or null.</param>
public sealed record StoreManifest(Manifest Manifest, TellEntity? Then = null) : IntentAction;
