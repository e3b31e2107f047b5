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
    public static Refusal? RefusalOfChecksum(ObjectUploadSpec spec, Checksum? checksum) =>
        spec.Checksum is { } chosen && checksum?.Algorithm != chosen.Algorithm
            ? new ObjectRefusal.ChecksumOfOtherAlgorithm(chosen.Algorithm)
            : null;

    /// <summary>Identifies a list of parts.</summary>
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

    /// <summary>Finds the named parts, unless they do not make up the object that the caller states. The checks are in S3's
    /// order.</summary>
    public static Refusal? RefusalOfCompletion(
        ImmutableSortedDictionary<int, AcceptedPart> accepted, CompleteObjectUpload command, out IReadOnlyList<NumberedPart> chosen)
    {
        var found = new List<NumberedPart>(command.Parts.Count);
        chosen = found;
        if (command.Parts.Count == 0)
        {
            return new Refusal.NoParts();
        }

        for (var i = 1; i < command.Parts.Count; i++)
        {
            if (command.Parts[i].Number <= command.Parts[i - 1].Number)
            {
                return new ObjectRefusal.PartsNotInOrder(command.Parts[i].Number);
            }
        }

        foreach (var named in command.Parts)
        {
            if (!accepted.TryGetValue(named.Number, out var part)
                || part.Part.Md5 != named.Md5
                || (named.Checksum is { } checksum && part.Part.Checksum != checksum))
            {
                return new ObjectRefusal.NamedPartDiffers(named.Number);
            }

            found.Add(part.Part);
        }

        if (found.SkipLast(1).FirstOrDefault(part => part.LengthBytes < ObjectLimits.MinPartBytes) is { } tooShort)
        {
            return new ObjectRefusal.NumberedPartTooShort(
                tooShort.Number, tooShort.LengthBytes, ObjectLimits.MinPartBytes, tooShort.Md5);
        }

        var sizeBytes = found.Sum(part => part.LengthBytes);
        return command.SizeBytes is { } stated && stated != sizeBytes
            ? new Refusal.SizeDiffers(stated, sizeBytes)
            : RefusalOfLostPart(found, command.Stored);
    }

    /// <summary>The object that the chosen parts make up; they are ordered by number.</summary>
    public static Completion Complete(
        ObjectUploadSpec spec,
        IReadOnlyList<NumberedPart> parts,
        int round,
        LinearHash list,
        PublishCondition? condition,
        DateTimeOffset now,
        long? ticket)
    {
        var isMultipart = spec.Origin == UploadOrigin.Multipart;
        return new Completion(
            round,
            PartNumbers.Of(parts.Select(part => part.Number)),
            list,
            isMultipart
                ? ObjectETag.OfParts([.. parts.Select(part => part.Md5)])
                : new ObjectETag(parts[0].Md5, Parts: 0),
            parts.Sum(part => part.LengthBytes),
            isMultipart ? ChecksumOf(spec, parts) : parts[0].Checksum is { } checksum ? new ObjectChecksum(checksum, 0) : null,
            condition,
            now,
            ticket);
    }

    /// <summary>The checksum of a multipart object. If the client chose none, it has the algorithm of its parts: combined if that is a
    /// CRC, else composite. It has none if the parts have different algorithms.</summary>
    private static ObjectChecksum? ChecksumOf(ObjectUploadSpec spec, IReadOnlyList<NumberedPart> parts)
    {
        var algorithm = spec.Checksum?.Algorithm ?? parts[0].Checksum?.Algorithm;
        if (algorithm is not { } known || parts.Any(part => part.Checksum?.Algorithm != known))
        {
            return null;
        }

        var checksums = parts.Select(part => part.Checksum.GetValueOrDefault()).ToList();
        var type = spec.Checksum?.Type ?? (known.Allows(ChecksumType.FullObject) ? ChecksumType.FullObject : ChecksumType.Composite);
        return type switch
        {
            ChecksumType.Composite => ObjectChecksum.Compose(checksums),
            ChecksumType.FullObject => ObjectChecksum.Combine(checksums, [.. parts.Select(part => part.LengthBytes)]),
        };
    }

    /// <summary>The first named part whose attempt is missing from the part store's listing or has another length there.</summary>
    private static ObjectRefusal.NumberedPartLost? RefusalOfLostPart(
        List<NumberedPart> chosen, IReadOnlyList<ListedAttempt>? listed)
    {
        if (listed is null)
        {
            return null;
        }

        var stored = new ListedAttempts(listed);
        return chosen.Find(part => stored.HasLost(part.Attempt, part.LengthBytes)) is { } lost
            ? new ObjectRefusal.NumberedPartLost(lost.Number)
            : null;
    }
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
