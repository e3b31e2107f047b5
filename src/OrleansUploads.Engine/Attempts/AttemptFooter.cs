using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Engine.Attempts;

/// <summary>The footer that follows the bytes of a stored attempt: a checksum of each block, the leaves, and a trailer. Any part store
/// can use it to prove that the bytes it returns are those that were written.</summary>
/// <remarks>
/// Version 1, little-endian: CRC-32C of each 64 KiB (4 bytes each), SHA-256 of each 1 MiB (32 bytes each), then magic (8), format
/// version (4), length of the bytes (8), and the CRC-32C (4) of everything above, the upload ID in ASCII and the attempt ID.
/// The IDs are included so that an attempt stored under a wrong name is detected. The bytes come first, so that standard
/// tools can read them: <c>head -c {length}</c>. The formats are stored; never change them.
/// <para>Version 2 belongs to the attempts that nodes write. A node could write checksums of other bytes than its leaves, so there are no
/// checksums, the leaves are compared when bytes are read, and the last field is the SHA-256 (32) of the same. The ID says which version an
/// attempt must have (<see cref="AttemptId.IsGranted"/>), and the service makes the ID.</para>
/// </remarks>
public sealed class AttemptFooter
{
    /// <summary>The number of bytes with one checksum.</summary>
    public const int ChecksummedBytes = 64 * 1024;

    /// <summary>The longest part of any protocol: S3's.</summary>
    public const long MaxLengthBytes = ObjectLimits.MaxPartBytes;

    /// <summary>What is wrong with a file or object that has no footer.</summary>
    public const string Uncommitted = "it was never committed, or its end is missing";

    private const int ChecksumBytes = sizeof(uint);
    private const int VersionAt = 8;
    private const int LengthAt = 12;
    private const int SealAt = 20;

    private readonly byte[] _bytes;
    private readonly AttemptId _attempt;
    private uint _checksum;

    /// <summary>Creates an empty footer.</summary>
    /// <param name="lengthBytes">The number of bytes before it, from 1 byte to <see cref="MaxLengthBytes"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">No attempt can have this length.</exception>
    public AttemptFooter(AttemptId attempt, long lengthBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lengthBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lengthBytes, MaxLengthBytes);
        _attempt = attempt;
        LengthBytes = lengthBytes;
        // Not pooled: it has at most a thousandth of the size of the attempt, and the lifetime of a reader is unknown.
        _bytes = new byte[BytesFor(attempt, lengthBytes)];
    }

    private static ReadOnlySpan<byte> Magic => "OU-PART\n"u8;

    /// <summary>The number of bytes before the footer.</summary>
    public long LengthBytes { get; }

    /// <summary>The number of bytes that were appended.</summary>
    public long AppendedBytes { get; private set; }

    /// <summary>The unit of verified reading: the number of bytes with one checksum, or with one leaf if there are no checksums.</summary>
    public int BlockBytes => _attempt.IsGranted ? TreeHash.LeafBytes : ChecksummedBytes;

    /// <summary>The footer as it is stored. A reader fills it from the store, and then calls
    /// <see cref="FindFault"/>.</summary>
    public Memory<byte> Bytes => _bytes;

    /// <summary>Length of an attempt's footer, including the trailer, for a number of bytes.</summary>
    public static int BytesFor(AttemptId attempt, long lengthBytes) =>
        ChecksumsBytes(attempt, lengthBytes)
        + (Leaves(lengthBytes) * Sha256Digest.Bytes)
        + TrailerBytes(attempt);

    /// <summary>The number of bytes before the footer in an attempt's file of some length, or null if the attempt cannot have a file of this
    /// length.</summary>
    public static long? LengthIn(AttemptId attempt, long fileBytes)
    {
        if (fileBytes > MaxLengthBytes + BytesFor(attempt, MaxLengthBytes))
        {
            return null;
        }

        // The length of the file grows with the number of bytes, and the ratio is almost constant.
        var atLeast = Math.Max(0, fileBytes - BytesFor(attempt, Math.Min(fileBytes, MaxLengthBytes)));
        for (var lengthBytes = atLeast; lengthBytes < fileBytes; lengthBytes++)
        {
            var total = lengthBytes + BytesFor(attempt, lengthBytes);
            if (total >= fileBytes)
            {
                return total == fileBytes && lengthBytes is >= 1 and <= MaxLengthBytes ? lengthBytes : null;
            }
        }

        return null;
    }

    /// <summary>What is wrong with a footer that was read from the store, or null if it is exactly the one that was sealed
    /// for an attempt.</summary>
    public string? FindFault(UploadId upload)
    {
        var trailer = Trailer;
        if (!trailer.StartsWith(Magic))
        {
            return Uncommitted;
        }

        var version = BinaryPrimitives.ReadUInt32LittleEndian(trailer[VersionAt..]);
        if (version != Version)
        {
            return $"its format version is {version}, but an attempt with this name has version {Version}";
        }

        var stated = BinaryPrimitives.ReadInt64LittleEndian(trailer[LengthAt..]);
        if (stated != LengthBytes)
        {
            return $"its trailer states {stated} bytes, which does not match a file of {LengthBytes + _bytes.Length} bytes";
        }

        Span<byte> seal = stackalloc byte[SealBytes(_attempt)];
        ComputeSeal(upload, seal);
        return trailer[SealAt..].SequenceEqual(seal) ? null : "its footer is damaged or belongs to another attempt";
    }

    /// <summary>Adds the next bytes to the checksums.</summary>
    /// <exception cref="InvalidOperationException">There would be more bytes than announced; none were added.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > LengthBytes - AppendedBytes)
        {
            throw new InvalidOperationException(
                $"{LengthBytes} bytes were announced and {AppendedBytes} written; {bytes.Length} more would exceed that.");
        }

        if (_attempt.IsGranted)
        {
            AppendedBytes += bytes.Length;
            return;
        }

        while (!bytes.IsEmpty)
        {
            var inBlock = (int)(AppendedBytes % ChecksummedBytes);
            var run = bytes[..Math.Min(bytes.Length, ChecksummedBytes - inBlock)];
            _checksum = Crc32C.Append(inBlock == 0 ? 0 : _checksum, run);

            // Written while the block is still incomplete too, so that the last block needs no special case.
            BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(ChecksumAt(AppendedBytes / ChecksummedBytes)), _checksum);
            AppendedBytes += run.Length;
            bytes = bytes[run.Length..];
        }
    }

    /// <summary>Compares bytes with their checksums or leaves.</summary>
    /// <param name="offset">The offset of the bytes, a multiple of <see cref="BlockBytes"/>.</param>
    /// <param name="blocks">Whole blocks; only the last block of the attempt may be shorter.</param>
    /// <returns>The offset of the first block that differs from what was written, or null.</returns>
    public long? FindDamage(long offset, ReadOnlySpan<byte> blocks)
    {
        for (var at = 0; at < blocks.Length; at += BlockBytes)
        {
            var block = blocks.Slice(at, Math.Min(BlockBytes, blocks.Length - at));
            if (!IsWhatWasWritten((int)((offset + at) / BlockBytes), block))
            {
                return offset + at;
            }
        }

        return null;
    }

    /// <summary>The leaves, in order.</summary>
    public Sha256Digest[] ReadLeaves()
    {
        var leaves = new Sha256Digest[Leaves(LengthBytes)];
        var stored = LeafBytes;
        for (var i = 0; i < leaves.Length; i++)
        {
            leaves[i] = new Sha256Digest(stored.Slice(i * Sha256Digest.Bytes, Sha256Digest.Bytes));
        }

        return leaves;
    }

    /// <summary>Adds the leaves, one for each 1 MiB, and the trailer.</summary>
    /// <exception cref="InvalidOperationException">Bytes are missing; they can still be appended.</exception>
    /// <exception cref="ArgumentException">The number of leaves is wrong.</exception>
    public void Seal(UploadId upload, ReadOnlySpan<Sha256Digest> leaves)
    {
        if (AppendedBytes != LengthBytes)
        {
            throw new InvalidOperationException($"{LengthBytes} bytes were announced and only {AppendedBytes} written.");
        }

        if (leaves.Length != Leaves(LengthBytes))
        {
            throw new ArgumentException(
                $"{LengthBytes} bytes have {Leaves(LengthBytes)} leaves, not {leaves.Length}.", nameof(leaves));
        }

        var stored = LeafBytes;
        for (var i = 0; i < leaves.Length; i++)
        {
            leaves[i].Span.CopyTo(stored[(i * Sha256Digest.Bytes)..]);
        }

        var trailer = Trailer;
        Magic.CopyTo(trailer);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[VersionAt..], Version);
        BinaryPrimitives.WriteInt64LittleEndian(trailer[LengthAt..], LengthBytes);
        ComputeSeal(upload, trailer[SealAt..]);
    }

    private uint Version => _attempt.IsGranted ? 2u : 1u;

    private Span<byte> Trailer => _bytes.AsSpan(_bytes.Length - TrailerBytes(_attempt));

    private Span<byte> LeafBytes => _bytes.AsSpan(
        ChecksumsBytes(_attempt, LengthBytes),
        Leaves(LengthBytes) * Sha256Digest.Bytes);

    private static int TrailerBytes(AttemptId attempt) => SealAt + SealBytes(attempt);

    private static int SealBytes(AttemptId attempt) => attempt.IsGranted ? Sha256Digest.Bytes : sizeof(uint);

    private static int ChecksumsBytes(AttemptId attempt, long lengthBytes) =>
        attempt.IsGranted ? 0 : checked((int)((lengthBytes + ChecksummedBytes - 1) / ChecksummedBytes)) * ChecksumBytes;

    private static int Leaves(long lengthBytes) => (int)((lengthBytes + TreeHash.LeafBytes - 1) / TreeHash.LeafBytes);

    private static int ChecksumAt(long block) => checked((int)block * ChecksumBytes);

    private bool IsWhatWasWritten(int number, ReadOnlySpan<byte> block)
    {
        if (!_attempt.IsGranted)
        {
            return Crc32C.Compute(block) == BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(ChecksumAt(number)));
        }

        Span<byte> leaf = stackalloc byte[Sha256Digest.Bytes];
        SHA256.HashData(block, leaf);
        return leaf.SequenceEqual(LeafBytes.Slice(number * Sha256Digest.Bytes, Sha256Digest.Bytes));
    }

    private void ComputeSeal(UploadId upload, Span<byte> seal)
    {
        Span<byte> names = stackalloc byte[Limits.UploadIdChars + AttemptId.Bytes];
        Encoding.ASCII.GetBytes(upload.ToString(), names);
        _attempt.Write(names[Limits.UploadIdChars..]);
        var before = _bytes.AsSpan(0, _bytes.Length - seal.Length);
        if (!_attempt.IsGranted)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(seal, Crc32C.Append(Crc32C.Compute(before), names));
            return;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(before);
        hash.AppendData(names);
        hash.GetHashAndReset(seal);
    }
}
