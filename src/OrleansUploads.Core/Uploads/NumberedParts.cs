using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OrleansUploads.Core.Messages.Objects;
using OrleansUploads.Core.Messages.Uploads;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Values;
using OrleansUploads.Hashing;
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
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            text.Append(CultureInfo.InvariantCulture, $"{part.Number}:{part.Md5}\n");
        }

        return new LinearHash(new Sha256Digest(SHA256.HashData(Encoding.ASCII.GetBytes(text.ToString()))));
    }

    /// <summary>Why the named parts do not make up the object that the caller states, or null if they do. The checks are in S3's
    /// order.</summary>
    public static Refusal? RefusalOfCompletion(
        ImmutableSortedDictionary<int, AcceptedPart> accepted, CompleteObjectUpload command)
    {
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
            if (!accepted.TryGetValue(named.Number, out var found)
                || found.Part.Md5 != named.Md5
                || (named.Checksum is { } checksum && found.Part.Checksum != checksum))
            {
                return new ObjectRefusal.NamedPartDiffers(named.Number);
            }
        }

        long sizeBytes = 0;
        for (var i = 0; i < command.Parts.Count; i++)
        {
            var part = accepted[command.Parts[i].Number].Part;
            sizeBytes += part.LengthBytes;
            if (part.LengthBytes < ObjectLimits.MinPartBytes && i < command.Parts.Count - 1)
            {
                return new ObjectRefusal.NumberedPartTooShort(
                    part.Number, part.LengthBytes, ObjectLimits.MinPartBytes, part.Md5);
            }
        }

        return command.SizeBytes is { } stated && stated != sizeBytes
            ? new Refusal.SizeDiffers(stated, sizeBytes)
            : RefusalOfLostPart(accepted, command);
    }

    /// <summary>The object that parts make up.</summary>
    /// <param name="spec">What was fixed at initiation.</param>
    /// <param name="parts">The chosen parts, by number.</param>
    /// <param name="round">Counts the completions.</param>
    /// <param name="list">Identifies the chosen list.</param>
    /// <param name="condition">What must hold of the key.</param>
    /// <param name="now">The time of completion.</param>
    public static Completion Complete(
        ObjectUploadSpec spec,
        IReadOnlyList<NumberedPart> parts,
        int round,
        LinearHash list,
        Messages.Keys.PublishCondition? condition,
        DateTimeOffset now)
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
            now);
    }

    /// <summary>The checksum of a multipart object. If the client chose none, it is combined where all parts have a CRC of the same
    /// algorithm.</summary>
    private static ObjectChecksum? ChecksumOf(ObjectUploadSpec spec, IReadOnlyList<NumberedPart> parts)
    {
        var algorithm = spec.Checksum?.Algorithm ?? parts[0].Checksum?.Algorithm;
        if (algorithm is not { } known || parts.Any(part => part.Checksum?.Algorithm != known))
        {
            return null;
        }

        var checksums = parts.Select(part => part.Checksum.GetValueOrDefault()).ToList();
        var type = spec.Checksum?.Type ?? (known.Allows(ChecksumType.FullObject) ? ChecksumType.FullObject : (ChecksumType?)null);
        return type switch
        {
            ChecksumType.Composite => ObjectChecksum.Compose(checksums),
            ChecksumType.FullObject => ObjectChecksum.Combine(checksums, [.. parts.Select(part => part.LengthBytes)]),
            _ => null,
        };
    }

    /// <summary>The first named part whose attempt is missing from the part store's listing or has another length there.</summary>
    private static ObjectRefusal.NumberedPartLost? RefusalOfLostPart(
        ImmutableSortedDictionary<int, AcceptedPart> accepted, CompleteObjectUpload command)
    {
        if (command.Stored is not { } stored)
        {
            return null;
        }

        var lengths = new Dictionary<AttemptId, long>(stored.Count);
        foreach (var (attempt, lengthBytes) in stored)
        {
            lengths[attempt] = lengthBytes;
        }

        foreach (var named in command.Parts)
        {
            var part = accepted[named.Number].Part;
            if (part.Attempt is { } attempt
                && !(lengths.TryGetValue(attempt, out var lengthBytes) && lengthBytes == part.LengthBytes))
            {
                return new ObjectRefusal.NumberedPartLost(part.Number);
            }
        }

        return null;
    }
}
