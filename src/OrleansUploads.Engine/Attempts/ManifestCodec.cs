using System.Buffers.Binary;
using System.Text;
using OrleansUploads.Core.Archives;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Engine.Attempts;

/// <summary>Encodes and decodes the stored form of a manifest, which is the same in every part store.</summary>
/// <remarks>
/// All numbers are little-endian, without padding. The fields, with their lengths in bytes, are: magic (8), format version (4),
/// upload ID (92, ASCII), archive ID (138, ASCII), size (8), tree hash (32), part size (8), number of extents (4), the extents, and
/// the CRC-32C (4) of everything before it. In version 1 the archive's bytes are in the part store, and an extent consists of
/// attempt ID (16), length (8) and tree hash (32). In version 2 the bytes are in external storage, and an extent consists of length
/// (8), tree hash (32), length of the location (2) and location (ASCII). Version 3 is version 1 of an object: behind the extents it
/// has the object's parts, as <see cref="ManifestParts"/> writes them. Version 4 is version 2 of an object. Equal manifests have equal encodings in every version of
/// the program that can write them.
/// </remarks>
public static class ManifestCodec
{
    private const uint PartStoreVersion = 1;
    private const uint ExternalVersion = 2;
    private const uint ObjectVersion = 3;
    private const uint ExternalObjectVersion = 4;
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

    /// <summary>Encodes a manifest.</summary>
    /// <exception cref="ArgumentException">The manifest has no upload ID or no archive ID, or an extent whose storage differs from
    /// the manifest's.</exception>
    public static byte[] Encode(Manifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var bytes = GC.AllocateUninitializedArray<byte>(BytesFor(manifest));
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(VersionAt), VersionOf(manifest));
        WriteId(manifest.Upload.ToString(), bytes.AsSpan(UploadAt, Limits.UploadIdChars));
        WriteId(manifest.Archive.ToString(), bytes.AsSpan(ArchiveAt, Limits.ArchiveIdChars));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(SizeAt), manifest.SizeBytes);
        manifest.TreeHash.Digest.Span.CopyTo(bytes.AsSpan(TreeHashAt));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(PartSizeAt), manifest.PartSizeBytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(ExtentCountAt), manifest.Extents.Count);
        var at = ExtentsAt;
        for (var i = 0; i < manifest.Extents.Count; i++)
        {
            var extent = manifest.Extents[i];
            if (extent.Place.ByteStorage != manifest.ByteStorage)
            {
                throw new ArgumentException(
                    $"The manifest's storage is {manifest.ByteStorage}, but an extent's is {extent.Place.ByteStorage}.",
                    nameof(manifest));
            }

            at += WriteExtent(extent, bytes.AsSpan(at));
        }

        at += manifest.Parts is { } parts ? ManifestParts.Write(parts, bytes.AsSpan(at)) : 0;

        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), Crc32C.Compute(bytes.AsSpan(0, at)));
        return bytes;
    }

    /// <summary>Decodes the stored manifest of an upload.</summary>
    /// <exception cref="AttemptDamagedException">The bytes have changed, or are the manifest of another upload. The message names the
    /// file.</exception>
    public static Manifest Decode(ReadOnlySpan<byte> bytes, UploadId upload)
    {
        Manifest manifest;
        try
        {
            manifest = Decode(bytes);
        }
        catch (AttemptDamagedException damaged)
        {
            throw StoredDamage.OfManifest(upload, damaged.What);
        }

        return manifest.Upload == upload ? manifest : throw StoredDamage.OfManifest(upload, $"it belongs to upload {manifest.Upload}");
    }

    /// <summary>Decodes a manifest.</summary>
    /// <exception cref="AttemptDamagedException">The bytes were not written by <see cref="Encode"/> or have changed.</exception>
    public static Manifest Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < ExtentsAt + ChecksumBytes || !bytes.StartsWith(Magic))
        {
            throw new AttemptDamagedException("it is too short or does not start with a manifest's magic bytes");
        }

        var version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[VersionAt..]);
        if (version is < PartStoreVersion or > ExternalObjectVersion)
        {
            throw new AttemptDamagedException(
                $"it has the unknown format version {version}; known versions: {PartStoreVersion} to {ExternalObjectVersion}");
        }

        var body = bytes[..^ChecksumBytes];
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[body.Length..]) != Crc32C.Compute(body))
        {
            throw new AttemptDamagedException("its checksum does not match, so its bytes have changed");
        }

        var storage = version is ExternalVersion or ExternalObjectVersion ? ByteStorage.External : ByteStorage.Gateway;
        IReadOnlyList<ManifestPart>? parts = null;
        if (!UploadId.TryParse(ReadId(bytes.Slice(UploadAt, Limits.UploadIdChars)), out var upload)
            || !ArchiveId.TryParse(ReadId(bytes.Slice(ArchiveAt, Limits.ArchiveIdChars)), out var archive)
            || !TryReadExtents(
                body[ExtentsAt..],
                BinaryPrimitives.ReadInt32LittleEndian(bytes[ExtentCountAt..]),
                storage,
                out var extents,
                out var rest)
            || (version is ObjectVersion or ExternalObjectVersion ? !ManifestParts.TryRead(rest, out parts) : !rest.IsEmpty))
        {
            throw new AttemptDamagedException("its checksum matches, but its content is not valid");
        }

        return new Manifest(
            upload,
            archive,
            BinaryPrimitives.ReadInt64LittleEndian(bytes[SizeAt..]),
            new TreeHash(new Sha256Digest(bytes.Slice(TreeHashAt, Sha256Digest.Bytes))),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[PartSizeAt..]),
            extents,
            storage)
        { Parts = parts };
    }

    private static uint VersionOf(Manifest manifest) => (manifest.ByteStorage, manifest.Parts) switch
    {
        (ByteStorage.Gateway, null) => PartStoreVersion,
        (ByteStorage.Gateway, _) => ObjectVersion,
        (_, null) => ExternalVersion,
        _ => ExternalObjectVersion,
    };

    private static int BytesFor(Manifest manifest)
    {
        var bytes = ExtentsAt + ChecksumBytes + (manifest.Parts is { } parts ? ManifestParts.BytesFor(parts) : 0);
        if (manifest.ByteStorage == ByteStorage.Gateway)
        {
            return checked(bytes + (AttemptExtentBytes * manifest.Extents.Count));
        }

        foreach (var extent in manifest.Extents)
        {
            bytes = checked(bytes + LocatedExtentBytes + (extent.Place.Location?.Chars ?? 0));
        }

        return bytes;
    }

    private static void WriteId(string id, Span<byte> destination)
    {
        if (id.Length != destination.Length)
        {
            throw new ArgumentException($"The manifest's upload ID or archive ID is '{id}', which is not valid.", nameof(id));
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

    /// <summary>Reads the extents. Returns false if the source does not begin with <paramref name="count"/> extents.</summary>
    private static bool TryReadExtents(
        ReadOnlySpan<byte> source, int count, ByteStorage storage, out Extent[] extents, out ReadOnlySpan<byte> rest)
    {
        rest = [];
        var minBytes = storage == ByteStorage.Gateway ? AttemptExtentBytes : LocatedExtentBytes;
        extents = [];
        if (count < 0 || (long)count * minBytes > source.Length)
        {
            return false;
        }

        extents = new Extent[count];
        for (var i = 0; i < count; i++)
        {
            if (source.Length < minBytes)
            {
                return false;
            }

            if (storage == ByteStorage.Gateway)
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

        rest = source;
        return true;
    }

    private static Extent ReadContent(ReadOnlySpan<byte> source, PartPlace place) => new(
        place,
        BinaryPrimitives.ReadInt64LittleEndian(source),
        new TreeHash(new Sha256Digest(source.Slice(sizeof(long), Sha256Digest.Bytes))));
}

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
