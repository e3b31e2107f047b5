using System.Buffers.Binary;
using System.Text;
using OrleansUploads.Core;
using OrleansUploads.Core.Hashing;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Archives;

namespace OrleansUploads.Engine.Disk;

/// <summary>What follows the bytes in an attempt's file: a checksum of each block, the leaves, and a trailer.</summary>
/// <remarks>
/// Little-endian: CRC-32C of each 64 KiB (4 bytes each), SHA-256 of each 1 MiB (32 bytes each), then magic (8), format
/// version (4), length of the bytes (8), and the CRC-32C (4) of all of the above, the upload ID in ASCII and the
/// attempt ID; the names are in it, so a file in the wrong place is noticed. The bytes come first, so that standard
/// tools can read them: <c>head -c {length}</c>.
/// </remarks>
internal sealed class AttemptFooter
{
    /// <summary>How many bytes have one checksum; the unit of verified reading.</summary>
    public const int BlockBytes = 64 * 1024;

    /// <summary>Length of the trailer, whatever comes before it.</summary>
    public const int TrailerBytes = 24;

    private const int ChecksumBytes = sizeof(uint);
    private const uint FormatVersion = 1;
    private const int VersionAt = 8;
    private const int LengthAt = 12;
    private const int SealAt = 20;

    private readonly byte[] _bytes;

    /// <summary>An empty footer for so many bytes.</summary>
    public AttemptFooter(long lengthBytes)
    {
        LengthBytes = lengthBytes;
        // Not pooled: a thousandth of what it describes at most, and a reader may outlive any place to return it.
        _bytes = new byte[BytesFor(lengthBytes)];
    }

    private static ReadOnlySpan<byte> Magic => "OU-PART\n"u8;

    /// <summary>Length of the attempt's bytes.</summary>
    public long LengthBytes { get; }

    /// <summary>The footer as it is stored.</summary>
    public Memory<byte> Bytes => _bytes;

    /// <summary>Length of the footer, trailer included, for so many bytes.</summary>
    public static int BytesFor(long lengthBytes) =>
        (Blocks(lengthBytes) * ChecksumBytes)
        + (AnnouncedLength.Leaves(lengthBytes) * Sha256Digest.Bytes)
        + TrailerBytes;

    /// <summary>Reads from the last bytes of a file how many come before the footer.</summary>
    /// <returns>What is wrong with it; null when it can be the trailer of a file of that length.</returns>
    public static string? ReadTrailer(ReadOnlySpan<byte> trailer, long fileBytes, out long lengthBytes)
    {
        lengthBytes = BinaryPrimitives.ReadInt64LittleEndian(trailer[LengthAt..]);
        if (!trailer.StartsWith(Magic))
        {
            return "it was never committed, or its end is lost";
        }

        var version = BinaryPrimitives.ReadUInt32LittleEndian(trailer[VersionAt..]);
        if (version != FormatVersion)
        {
            return $"its format version is {version}, and {FormatVersion} is known here";
        }

        return lengthBytes is < 1 or > Limits.MaxPartSizeBytes || lengthBytes + BytesFor(lengthBytes) != fileBytes
            ? $"its trailer says {lengthBytes} bytes, which does not fit a file of {fileBytes}"
            : null;
    }

    /// <summary>The checksum of a block.</summary>
    public uint BlockChecksum(long block) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(ChecksumAt(block)));

    /// <summary>Sets the checksum of a block.</summary>
    public void SetBlockChecksum(long block, uint checksum) =>
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(ChecksumAt(block)), checksum);

    /// <summary>The leaves, in order.</summary>
    public Sha256Digest[] ReadLeaves()
    {
        var leaves = new Sha256Digest[AnnouncedLength.Leaves(LengthBytes)];
        var stored = LeafBytes;
        for (var i = 0; i < leaves.Length; i++)
        {
            leaves[i] = new Sha256Digest(stored.Slice(i * Sha256Digest.Bytes, Sha256Digest.Bytes));
        }

        return leaves;
    }

    /// <summary>Adds the leaves and the trailer. The checksums of all blocks must have been set.</summary>
    public void Seal(UploadId upload, AttemptId attempt, ReadOnlySpan<Sha256Digest> leaves)
    {
        var stored = LeafBytes;
        for (var i = 0; i < leaves.Length; i++)
        {
            leaves[i].Span.CopyTo(stored[(i * Sha256Digest.Bytes)..]);
        }

        var trailer = Trailer;
        Magic.CopyTo(trailer);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[VersionAt..], FormatVersion);
        BinaryPrimitives.WriteInt64LittleEndian(trailer[LengthAt..], LengthBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[SealAt..], ComputeSeal(upload, attempt));
    }

    /// <summary>Whether this is, bit for bit, the footer that was sealed for this attempt.</summary>
    public bool IsSealedFor(UploadId upload, AttemptId attempt) =>
        BinaryPrimitives.ReadInt64LittleEndian(Trailer[LengthAt..]) == LengthBytes
        && BinaryPrimitives.ReadUInt32LittleEndian(Trailer[SealAt..]) == ComputeSeal(upload, attempt);

    private Span<byte> Trailer => _bytes.AsSpan(_bytes.Length - TrailerBytes);

    private Span<byte> LeafBytes => _bytes.AsSpan(
        Blocks(LengthBytes) * ChecksumBytes,
        AnnouncedLength.Leaves(LengthBytes) * Sha256Digest.Bytes);

    private static int Blocks(long lengthBytes) => (int)((lengthBytes + BlockBytes - 1) / BlockBytes);

    private static int ChecksumAt(long block) => checked((int)block * ChecksumBytes);

    private uint ComputeSeal(UploadId upload, AttemptId attempt)
    {
        Span<byte> names = stackalloc byte[Limits.UploadIdChars + AttemptId.Bytes];
        Encoding.ASCII.GetBytes(upload.ToString(), names);
        attempt.Write(names[Limits.UploadIdChars..]);
        var checksum = Crc32C.Compute(_bytes.AsSpan(0, _bytes.Length - TrailerBytes + SealAt));
        return Crc32C.Append(checksum, names);
    }
}
