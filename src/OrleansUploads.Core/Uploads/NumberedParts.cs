using System.Security.Cryptography;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Keys;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Core.Uploads;

/// <summary>The part geometry of S3: parts have numbers and any length, and a completion names the parts of the object.</summary>
/// <remarks>Source: S3 API reference, "UploadPart" and "CompleteMultipartUpload".</remarks>
internal static class NumberedParts
{
    /// <summary>Why a part cannot have a number or a length, or null if it can.</summary>
    public static Refusal? RefusalOfPart(int number, long lengthBytes) =>
        number is < 1 or > ObjectLimits.MaxParts ? new ObjectRefusal.PartNumberInvalid(number)
        : lengthBytes > ObjectLimits.MaxPartBytes
            ? new ObjectRefusal.NumberedPartTooLarge(number, lengthBytes, ObjectLimits.MaxPartBytes)
        : null;

    /// <summary>Why an upload does not accept the checksum of a part, or null if it does. Checksums of any algorithm are accepted if the
    /// client chose none.</summary>
    private static ObjectRefusal.ChecksumOfOtherAlgorithm? RefusalOfChecksum(ObjectUploadSpec spec, Checksum? checksum) =>
        spec.Checksum is { } chosen && checksum?.Algorithm != chosen.Algorithm
            ? new ObjectRefusal.ChecksumOfOtherAlgorithm(chosen.Algorithm)
            : null;

    /// <summary>Why an upload does not accept a part, or null if it does.</summary>
    public static Refusal? RefusalOf(ObjectUploadSpec spec, NumberedPart part) =>
        RefusalOfPart(part.Number, part.LengthBytes) ?? RefusalOfChecksum(spec, part.Checksum);

    /// <summary>A part as the upload keeps it.</summary>
    /// <param name="by">The number of its sender, or null.</param>
    public static StoredPart Keep(NumberedPart part, DateTimeOffset now, int? by = null) => new(
        part.LengthBytes,
        part.TreeHash,
        part.Location is { } location ? PartPlace.At(location) : part.Attempt is { } attempt ? PartPlace.In(attempt) : null,
        now)
    {
        By = by,
        Digests = new PartDigests(part.Md5, part.Checksum),
    };

    /// <summary>A part as callers see it.</summary>
    public static NumberedPart PartOf(PlacedPart placed)
    {
        var (number, part) = placed;
        var digests = DigestsOf(placed);
        return new NumberedPart(
            number, part.LengthBytes, digests.Md5, part.TreeHash, part.Attempt, digests.Checksum, part.Location);
    }

    public static LinearHash Identify(IReadOnlyList<ChosenPart> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> line = stackalloc byte[64];
        foreach (var (number, md5, _) in parts)
        {
            number.TryFormat(line, out var length, provider: CultureInfo.InvariantCulture);
            line[length++] = (byte)':';
            if (md5 is { } digest)
            {
                digest.WriteHex(line[length..]);
                length += 2 * Md5Digest.Bytes;
            }

            line[length++] = (byte)'\n';
            hash.AppendData(line[..length]);
        }

        Span<byte> whole = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(whole);
        return new LinearHash(new Sha256Digest(whole));
    }

    /// <summary>The parts of an upload, as a completion names them.</summary>
    public static IReadOnlyList<ChosenPart> All(PartMap accepted) =>
        [.. accepted.From(1).Select(static placed => new ChosenPart(placed.Number, DigestsOf(placed).Md5, Checksum: null))];

    /// <summary>Whether a command repeats the completion of an upload. One that takes all parts states their size.</summary>
    public static bool IsCompletedBy(ObjectCompletion completion, CompleteObjectUpload command) =>
        command.Parts is { } parts ? completion.List == Identify(parts) : completion.SizeBytes == command.SizeBytes;

    /// <summary>Finds the named parts, unless they do not make up the object that the caller states. The checks are in S3's
    /// order.</summary>
    public static Refusal? RefusalOfCompletion(
        PartMap accepted, IReadOnlyList<ChosenPart> named, long? sizeBytes, out IReadOnlyList<PlacedPart> chosen)
    {
        var found = new List<PlacedPart>(named.Count);
        chosen = found;
        if (named.Count == 0)
        {
            return new Refusal.NoParts();
        }

        for (var i = 1; i < named.Count; i++)
        {
            if (named[i].Number <= named[i - 1].Number)
            {
                return new ObjectRefusal.PartsNotInOrder(named[i].Number);
            }
        }

        foreach (var choice in named)
        {
            if (accepted[choice.Number] is not { Digests: { } digests } part
                || digests.Md5 != choice.Md5
                || (choice.Checksum is { } checksum && digests.Checksum != checksum))
            {
                return new ObjectRefusal.NamedPartDiffers(choice.Number);
            }

            found.Add(new PlacedPart(choice.Number, part));
        }

        foreach (var placed in found.SkipLast(1))
        {
            if (placed.Part.LengthBytes < ObjectLimits.MinPartBytes)
            {
                return new ObjectRefusal.NumberedPartTooShort(
                    placed.Number, placed.Part.LengthBytes, ObjectLimits.MinPartBytes, DigestsOf(placed).Md5);
            }
        }

        var foundBytes = found.Sum(placed => placed.Part.LengthBytes);
        return sizeBytes is { } stated && stated != foundBytes ? new Refusal.SizeDiffers(stated, foundBytes) : null;
    }

    /// <summary>The object that the chosen parts make up; they are ordered by number.</summary>
    public static ObjectCompletion Complete(
        ObjectUploadSpec spec,
        IReadOnlyList<PlacedPart> parts,
        int round,
        LinearHash list,
        PublishCondition? condition,
        DateTimeOffset now,
        long? ticket)
    {
        var isMultipart = spec.Origin == UploadOrigin.Multipart;
        return new ObjectCompletion(
            round,
            PartNumbers.Of(parts.Select(placed => placed.Number)),
            list,
            isMultipart
                ? ObjectETag.OfParts([.. parts.Select(placed => DigestsOf(placed).Md5)])
                : new ObjectETag(DigestsOf(parts[0]).Md5, Parts: 0),
            parts.Sum(placed => placed.Part.LengthBytes),
            isMultipart ? ChecksumOf(spec, parts) : ChecksumOf(parts[0]) is { } checksum ? new ObjectChecksum(checksum, 0) : null,
            condition,
            now,
            ticket);
    }

    /// <summary>The checksum of a multipart object. If the client chose none, it has the algorithm of its parts: combined if that is a
    /// CRC, else composite. It has none if the parts have different algorithms.</summary>
    private static ObjectChecksum? ChecksumOf(ObjectUploadSpec spec, IReadOnlyList<PlacedPart> parts)
    {
        var algorithm = spec.Checksum?.Algorithm ?? ChecksumOf(parts[0])?.Algorithm;
        if (algorithm is not { } known || parts.Any(placed => ChecksumOf(placed)?.Algorithm != known))
        {
            return null;
        }

        var checksums = parts.Select(placed => ChecksumOf(placed).GetValueOrDefault()).ToList();
        var type = spec.Checksum?.Type ?? (known.Allows(ChecksumType.FullObject) ? ChecksumType.FullObject : ChecksumType.Composite);
        return type switch
        {
            ChecksumType.Composite => ObjectChecksum.Compose(checksums),
            ChecksumType.FullObject => ObjectChecksum.Combine(checksums, [.. parts.Select(placed => placed.Part.LengthBytes)]),
        };
    }

    /// <summary>Refuses a completion that states another type of checksum than the upload has. The upload has the type that its initiation
    /// named, or else the type of the checksum that every object gets.</summary>
    public static ObjectRefusal? RefusalOfChecksumType(ObjectUploadSpec spec, ObjectCompletion completion, ChecksumType? stated) =>
        stated is { } known && (spec.Checksum?.Type ?? completion.Checksum?.Type) is { } type && type != known
            ? new ObjectRefusal.ChecksumOfOtherType(known, type)
            : null;

    /// <summary>Refuses a completion that states another checksum than the object gets. A checksum of another algorithm is refused as well:
    /// it could only be compared by reading all bytes again, and a client that states a checksum relies on the comparison.</summary>
    public static ObjectRefusal? RefusalOfChecksum(ObjectChecksum? computed, IReadOnlyList<PlacedPart> parts, Checksum? stated)
    {
        if (stated is not { } known)
        {
            return null;
        }

        if (computed is { } whole && whole.Value.Algorithm == known.Algorithm)
        {
            return whole.Value == known ? null : new ObjectRefusal.ChecksumDiffers(known, whole.Value);
        }

        var others = parts.Select(placed => ChecksumOf(placed)?.Algorithm).Where(algorithm => algorithm != known.Algorithm);
        return new ObjectRefusal.ChecksumOfOtherAlgorithm(others.FirstOrDefault() ?? ChecksumAlgorithm.Crc64Nvme);
    }

    /// <summary>The checksum of a part, or null if it has none.</summary>
    private static Checksum? ChecksumOf(PlacedPart placed) => DigestsOf(placed).Checksum;

    private static PartDigests DigestsOf(PlacedPart placed) => placed.Part.Digests
        ?? throw new InvalidOperationException($"Part {placed.Number} of an object has no digests.");
}

/// <summary>Makes the manifest of an object from its parts.</summary>
public static class ObjectManifest
{
    /// <summary>The manifest of parts in the order of their numbers. Empty parts have no extent.</summary>
    public static Manifest Of(UploadId upload, long sizeBytes, IReadOnlyList<NumberedPart> parts)
    {
        var extents = parts
            .Where(part => part.LengthBytes > 0)
            .Select(part => new Extent(
                part.Location is { } location ? PartPlace.At(location) : PartPlace.In(part.Attempt!.Value), part.LengthBytes, part.TreeHash))
            .ToList();

        // Not the tree hash of the object unless its parts have the lengths of an archive's; it identifies the extents.
        var combined = TreeHasher.Combine(extents.Select(extent => extent.TreeHash).ToArray());
        return new Manifest(
            upload,
            ArchiveId.Derive(upload, sizeBytes, combined),
            sizeBytes,
            combined,
            CommonLength(extents),
            extents,
            extents.Exists(extent => extent.Place.ByteStorage == ByteStorage.External) ? ByteStorage.External : ByteStorage.Gateway)
        {
            Parts = [.. parts.Select(part => new ManifestPart(part.Number, part.LengthBytes, part.Md5, part.Checksum))],
        };
    }

    /// <summary>The length that all extents but the last have, if the last is not longer, or 0 if they have none.</summary>
    private static long CommonLength(List<Extent> extents)
    {
        var length = extents.Count > 0 ? extents[0].LengthBytes : 0;
        for (var i = 1; i < extents.Count; i++)
        {
            if (extents[i].LengthBytes != length && (i < extents.Count - 1 || extents[i].LengthBytes > length))
            {
                return 0;
            }
        }

        return length;
    }
}
