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
/// (8), tree hash (32), part size (8), number of extents (4), then the extents, and at the end the CRC-32C (4) of all
/// before it. In version 1 the bytes are in the part store, and an extent is attempt ID (16), length (8), tree hash (32). In
/// version 2 they are elsewhere, and an extent is length (8), tree hash (32), length of the location (2), location (ASCII).
/// Equal manifests have equal bytes, on every version of the program that can write them.
/// </remarks>
public static class ManifestCodec
{
    private const uint InPartStore = 1;
    private const uint Elsewhere = 2;
    private const int VersionAt = 8;
    private const int UploadAt = VersionAt + sizeof(uint);
    private const int ArchiveAt = UploadAt + Limits.UploadIdChars;
    private const int SizeAt = ArchiveAt + Limits.ArchiveIdChars;
    private const int TreeHashAt = SizeAt + sizeof(long);
    private const int PartSizeAt = TreeHashAt + Sha256Digest.Bytes;
    private const int ExtentCountAt = PartSizeAt + sizeof(long);
    private const int ExtentsAt = ExtentCountAt + sizeof(int);
    private const int ContentBytes = sizeof(long) + Sha256Digest.Bytes;
    private const int AttemptExtentBytes = AttemptId.Bytes + ContentBytes;
    private const int LocatedExtentBytes = ContentBytes + sizeof(ushort);
    private const int ChecksumBytes = sizeof(uint);

    private static ReadOnlySpan<byte> Magic => "OU-MANI\n"u8;

    /// <summary>The stored form of a manifest.</summary>
    /// <exception cref="ArgumentException">It names no upload or no archive, or has an extent that is not where its custody
    /// says.</exception>
    public static byte[] Encode(Manifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var bytes = new byte[BytesFor(manifest)];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(
            bytes.AsSpan(VersionAt), manifest.Custody == Custody.Gateway ? InPartStore : Elsewhere);
        WriteId(manifest.Upload.ToString(), bytes.AsSpan(UploadAt, Limits.UploadIdChars));
        WriteId(manifest.Archive.ToString(), bytes.AsSpan(ArchiveAt, Limits.ArchiveIdChars));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(SizeAt), manifest.SizeBytes);
        manifest.TreeHash.Digest.Span.CopyTo(bytes.AsSpan(TreeHashAt));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(PartSizeAt), manifest.PartSizeBytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(ExtentCountAt), manifest.Extents.Count);
        var at = ExtentsAt;
        for (var i = 0; i < manifest.Extents.Count; i++)
        {
            at += WriteExtent(manifest.Extents[i], bytes.AsSpan(at));
        }

        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), Crc32C.Compute(bytes.AsSpan(0, at)));
        return bytes;
    }

    /// <summary>Reads the stored form.</summary>
    /// <exception cref="AttemptDamagedException">It is not what <see cref="Encode"/> made.</exception>
    public static Manifest Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < ExtentsAt + ChecksumBytes || !bytes.StartsWith(Magic))
        {
            throw new AttemptDamagedException("These bytes are no manifest.");
        }

        var version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[VersionAt..]);
        if (version is not (InPartStore or Elsewhere))
        {
            throw new AttemptDamagedException(
                $"The manifest's format version is {version}, and {InPartStore} and {Elsewhere} are known here.");
        }

        var body = bytes[..^ChecksumBytes];
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[body.Length..]) != Crc32C.Compute(body))
        {
            throw new AttemptDamagedException("The manifest is not what was written: its checksum does not match.");
        }

        var custody = version == InPartStore ? Custody.Gateway : Custody.Elsewhere;
        if (!UploadId.TryParse(ReadId(bytes.Slice(UploadAt, Limits.UploadIdChars)), out var upload)
            || !ArchiveId.TryParse(ReadId(bytes.Slice(ArchiveAt, Limits.ArchiveIdChars)), out var archive)
            || !TryReadExtents(
                body[ExtentsAt..],
                BinaryPrimitives.ReadInt32LittleEndian(bytes[ExtentCountAt..]),
                custody,
                out var extents))
        {
            throw new AttemptDamagedException("The manifest's checksum matches, but it was not written by this codec.");
        }

        return new Manifest(
            upload,
            archive,
            BinaryPrimitives.ReadInt64LittleEndian(bytes[SizeAt..]),
            new TreeHash(new Sha256Digest(bytes.Slice(TreeHashAt, Sha256Digest.Bytes))),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[PartSizeAt..]),
            extents,
            custody);
    }

    private static int BytesFor(Manifest manifest)
    {
        var bytes = ExtentsAt + ChecksumBytes;
        foreach (var extent in manifest.Extents)
        {
            if (extent.Place.Custody != manifest.Custody)
            {
                throw new ArgumentException(
                    "The manifest has an extent that is not where its custody says.", nameof(manifest));
            }

            bytes = checked(bytes + (extent.Place.Location is { } location
                ? LocatedExtentBytes + location.Chars
                : AttemptExtentBytes));
        }

        return bytes;
    }

    private static void WriteId(string id, Span<byte> destination)
    {
        if (id.Length != destination.Length)
        {
            throw new ArgumentException("The manifest names no upload or no archive.", nameof(id));
        }

        Encoding.ASCII.GetBytes(id, destination);
    }

    private static string ReadId(ReadOnlySpan<byte> bytes) => Encoding.ASCII.GetString(bytes);

    private static int WriteExtent(in Extent extent, Span<byte> destination)
    {
        if (extent.Place.Attempt is { } attempt)
        {
            attempt.Write(destination);
            WriteContent(extent, destination[AttemptId.Bytes..]);
            return AttemptExtentBytes;
        }

        var location = extent.Place.Location.GetValueOrDefault();
        WriteContent(extent, destination);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[ContentBytes..], (ushort)location.Chars);
        return LocatedExtentBytes + Encoding.ASCII.GetBytes(location.ToString(), destination[LocatedExtentBytes..]);
    }

    private static void WriteContent(in Extent extent, Span<byte> destination)
    {
        BinaryPrimitives.WriteInt64LittleEndian(destination, extent.LengthBytes);
        extent.TreeHash.Digest.Span.CopyTo(destination[sizeof(long)..]);
    }

    /// <summary>Reads so many extents; false where they are not just what the source holds.</summary>
    private static bool TryReadExtents(ReadOnlySpan<byte> source, int count, Custody custody, out Extent[] extents)
    {
        var leastBytes = custody == Custody.Gateway ? AttemptExtentBytes : LocatedExtentBytes;
        extents = [];
        if (count < 0 || (long)count * leastBytes > source.Length)
        {
            return false;
        }

        extents = new Extent[count];
        for (var i = 0; i < count; i++)
        {
            if (source.Length < leastBytes)
            {
                return false;
            }

            if (custody == Custody.Gateway)
            {
                extents[i] = ReadContent(source[AttemptId.Bytes..], PartPlace.In(AttemptId.Read(source)));
                source = source[AttemptExtentBytes..];
            }
            else
            {
                var chars = BinaryPrimitives.ReadUInt16LittleEndian(source[ContentBytes..]);
                if (source.Length - LocatedExtentBytes < chars
                    || !PartLocation.TryParse(
                        Encoding.Latin1.GetString(source.Slice(LocatedExtentBytes, chars)), out var location))
                {
                    return false;
                }

                extents[i] = ReadContent(source, PartPlace.At(location));
                source = source[(LocatedExtentBytes + chars)..];
            }
        }

        return source.IsEmpty;
    }

    private static Extent ReadContent(ReadOnlySpan<byte> source, PartPlace place) => new(
        place,
        BinaryPrimitives.ReadInt64LittleEndian(source),
        new TreeHash(new Sha256Digest(source.Slice(sizeof(long), Sha256Digest.Bytes))));
}
