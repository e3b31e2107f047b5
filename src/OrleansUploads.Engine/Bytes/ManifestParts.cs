using System.Buffers.Binary;
using OrleansUploads.Core.Archives;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Engine.Bytes;

/// <summary>Encodes and decodes the parts in the manifest of an object.</summary>
/// <remarks>All numbers are little-endian. The fields, with their lengths in bytes, are: number of parts (4), and for each part its
/// number (2), length (8), MD5 (16), checksum algorithm (1, 0 for none) and checksum.</remarks>
internal static class ManifestParts
{
    private const int CountBytes = sizeof(int);
    private const int LengthAt = sizeof(ushort);
    private const int Md5At = LengthAt + sizeof(long);
    private const int AlgorithmAt = Md5At + Md5Digest.Bytes;
    private const int PartBytes = AlgorithmAt + 1;

    /// <summary>Length of the encoded parts.</summary>
    public static int BytesFor(IReadOnlyList<ManifestPart> parts) =>
        CountBytes + parts.Sum(part => PartBytes + (part.Checksum?.Algorithm.Bytes() ?? 0));

    /// <summary>Writes the parts and returns their length.</summary>
    public static int Write(IReadOnlyList<ManifestPart> parts, Span<byte> destination)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination, parts.Count);
        var at = CountBytes;
        foreach (var part in parts)
        {
            var bytes = destination[at..];
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)part.Number);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[LengthAt..], part.LengthBytes);
            part.Md5.Write(bytes.Slice(Md5At, Md5Digest.Bytes));
            bytes[AlgorithmAt] = (byte)(part.Checksum?.Algorithm ?? 0);
            at += PartBytes;
            if (part.Checksum is { } checksum)
            {
                checksum.Bytes.CopyTo(destination[at..]);
                at += checksum.Bytes.Length;
            }
        }

        return at;
    }

    /// <summary>Reads the parts. Returns false if the source does not consist of exactly these.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out IReadOnlyList<ManifestPart>? parts)
    {
        parts = null;
        if (source.Length < CountBytes
            || BinaryPrimitives.ReadInt32LittleEndian(source) is < 0 or > ObjectLimits.MaxParts)
        {
            return false;
        }

        var read = new ManifestPart[BinaryPrimitives.ReadInt32LittleEndian(source)];
        source = source[CountBytes..];
        for (var i = 0; i < read.Length; i++)
        {
            if (source.Length < PartBytes || !TryReadChecksum(source[AlgorithmAt..], out var checksum))
            {
                return false;
            }

            read[i] = new ManifestPart(
                BinaryPrimitives.ReadUInt16LittleEndian(source),
                BinaryPrimitives.ReadInt64LittleEndian(source[LengthAt..]),
                new Md5Digest(source.Slice(Md5At, Md5Digest.Bytes)),
                checksum);
            source = source[(PartBytes + (checksum?.Algorithm.Bytes() ?? 0))..];
        }

        parts = read;
        return source.IsEmpty;
    }

    private static bool TryReadChecksum(ReadOnlySpan<byte> source, out Checksum? checksum)
    {
        checksum = null;
        var algorithm = (ChecksumAlgorithm)source[0];
        if (algorithm == 0)
        {
            return true;
        }

        if (!Enum.IsDefined(algorithm) || source.Length - 1 < algorithm.Bytes())
        {
            return false;
        }

        checksum = new Checksum(algorithm, source.Slice(1, algorithm.Bytes()));
        return true;
    }
}
