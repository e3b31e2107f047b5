using System.Buffers.Binary;
using System.Text;
using OrleansUploads.Core;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Hashing;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Archives;

/// <summary>The stored form of a manifest, the same in every part store.</summary>
/// <remarks>
/// Little-endian, without padding: magic (8), format version (4), upload ID (92, ASCII), archive ID (138, ASCII), size
/// (8), tree hash (32), part size (8), number of extents (4), then for each extent attempt ID (16), length (8), tree
/// hash (32), and at the end the CRC-32C (4) of all before it. Equal manifests have equal bytes.
/// </remarks>
public static class ManifestCodec
{
    private const uint FormatVersion = 1;
    private const int VersionAt = 8;
    private const int UploadAt = VersionAt + sizeof(uint);
    private const int ArchiveAt = UploadAt + Limits.UploadIdChars;
    private const int SizeAt = ArchiveAt + Limits.ArchiveIdChars;
    private const int TreeHashAt = SizeAt + sizeof(long);
    private const int PartSizeAt = TreeHashAt + Sha256Digest.Bytes;
    private const int ExtentCountAt = PartSizeAt + sizeof(long);
    private const int ExtentsAt = ExtentCountAt + sizeof(int);
    private const int ExtentBytes = AttemptId.Bytes + sizeof(long) + Sha256Digest.Bytes;
    private const int ChecksumBytes = sizeof(uint);

    private static ReadOnlySpan<byte> Magic => "OU-MANI\n"u8;

    /// <summary>The stored form of a manifest.</summary>
    /// <exception cref="ArgumentException">It names no upload or no archive.</exception>
    public static byte[] Encode(Manifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var bytes = new byte[BytesFor(manifest.Extents.Count)];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(VersionAt), FormatVersion);
        WriteId(manifest.Upload.ToString(), bytes.AsSpan(UploadAt, Limits.UploadIdChars));
        WriteId(manifest.Archive.ToString(), bytes.AsSpan(ArchiveAt, Limits.ArchiveIdChars));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(SizeAt), manifest.SizeBytes);
        manifest.TreeHash.Digest.Span.CopyTo(bytes.AsSpan(TreeHashAt));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(PartSizeAt), manifest.PartSizeBytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(ExtentCountAt), manifest.Extents.Count);
        var at = ExtentsAt;
        for (var i = 0; i < manifest.Extents.Count; i++, at += ExtentBytes)
        {
            WriteExtent(manifest.Extents[i], bytes.AsSpan(at, ExtentBytes));
        }

        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), Crc32C.Compute(bytes.AsSpan(0, at)));
        return bytes;
    }

    /// <summary>Reads the stored form.</summary>
    /// <exception cref="AttemptDamagedException">It is not what <see cref="Encode"/> made.</exception>
    public static Manifest Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < BytesFor(0) || !bytes.StartsWith(Magic))
        {
            throw new AttemptDamagedException("These bytes are no manifest.");
        }

        var version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[VersionAt..]);
        if (version != FormatVersion)
        {
            throw new AttemptDamagedException(
                $"The manifest's format version is {version}, and {FormatVersion} is known here.");
        }

        var body = bytes[..^ChecksumBytes];
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[body.Length..]) != Crc32C.Compute(body))
        {
            throw new AttemptDamagedException("The manifest is not what was written: its checksum does not match.");
        }

        var count = BinaryPrimitives.ReadInt32LittleEndian(bytes[ExtentCountAt..]);
        if (!UploadId.TryParse(ReadId(bytes.Slice(UploadAt, Limits.UploadIdChars)), out var upload)
            || !ArchiveId.TryParse(ReadId(bytes.Slice(ArchiveAt, Limits.ArchiveIdChars)), out var archive)
            || (long)count * ExtentBytes != body.Length - ExtentsAt)
        {
            throw new AttemptDamagedException("The manifest's checksum matches, but it was not written by this codec.");
        }

        var extents = new Extent[count];
        for (var i = 0; i < count; i++)
        {
            extents[i] = ReadExtent(body.Slice(ExtentsAt + (i * ExtentBytes), ExtentBytes));
        }

        return new Manifest(
            upload,
            archive,
            BinaryPrimitives.ReadInt64LittleEndian(bytes[SizeAt..]),
            new TreeHash(new Sha256Digest(bytes.Slice(TreeHashAt, Sha256Digest.Bytes))),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[PartSizeAt..]),
            extents);
    }

    private static int BytesFor(int extents) => checked(ExtentsAt + (extents * ExtentBytes) + ChecksumBytes);

    private static void WriteId(string id, Span<byte> destination)
    {
        if (id.Length != destination.Length)
        {
            throw new ArgumentException("The manifest names no upload or no archive.", nameof(id));
        }

        Encoding.ASCII.GetBytes(id, destination);
    }

    private static string ReadId(ReadOnlySpan<byte> bytes) => Encoding.ASCII.GetString(bytes);

    private static void WriteExtent(in Extent extent, Span<byte> destination)
    {
        extent.Attempt.Write(destination);
        BinaryPrimitives.WriteInt64LittleEndian(destination[AttemptId.Bytes..], extent.LengthBytes);
        extent.TreeHash.Digest.Span.CopyTo(destination[(AttemptId.Bytes + sizeof(long))..]);
    }

    private static Extent ReadExtent(ReadOnlySpan<byte> source) => new(
        AttemptId.Read(source),
        BinaryPrimitives.ReadInt64LittleEndian(source[AttemptId.Bytes..]),
        new TreeHash(new Sha256Digest(source[(AttemptId.Bytes + sizeof(long))..])));
}
