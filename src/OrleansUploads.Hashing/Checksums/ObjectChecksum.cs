using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace OrleansUploads.Hashing.Checksums;

/// <summary>The checksum of an object, with its type.</summary>
/// <param name="Value">The checksum.</param>
/// <param name="Parts">The number of parts that a composite checksum was computed from, or 0 if the checksum covers the object's
/// bytes.</param>
public readonly record struct ObjectChecksum(Checksum Value, int Parts) : IParsable<ObjectChecksum>
{
    private const char PartsMark = '-';

    /// <summary>The type.</summary>
    public ChecksumType Type => Parts > 0 ? ChecksumType.Composite : ChecksumType.FullObject;

    /// <summary>The value in the form of S3: base64, followed by <c>-N</c> for a composite checksum of N parts.</summary>
    public string Text => Parts > 0 ? string.Create(CultureInfo.InvariantCulture, $"{Value.Base64}-{Parts}") : Value.Base64;

    /// <summary>Computes the composite checksum of a multipart object from the checksums of its parts, in order.</summary>
    /// <exception cref="ArgumentException">There are no parts, or their algorithms differ.</exception>
    public static ObjectChecksum Compose(IReadOnlyList<Checksum> parts)
    {
        var algorithm = AlgorithmOf(parts);
        using var hasher = new ChecksumHasher(algorithm);
        foreach (var part in parts)
        {
            hasher.Append(part.Bytes);
        }

        return new ObjectChecksum(hasher.Finish(), parts.Count);
    }

    /// <summary>Combines the CRCs of parts to the CRC of all bytes, without reading a byte.</summary>
    /// <param name="parts">The CRCs of the parts, in order.</param>
    /// <param name="lengthsBytes">The lengths of the parts.</param>
    /// <exception cref="ArgumentException">There are no parts, their algorithms differ, or the algorithm is not a CRC.</exception>
    public static ObjectChecksum Combine(IReadOnlyList<Checksum> parts, IReadOnlyList<long> lengthsBytes)
    {
        var algorithm = AlgorithmOf(parts);
        var engine = ReflectedCrc.Find(algorithm)
            ?? throw new ArgumentException($"{algorithm} checksums cannot be combined.", nameof(parts));
        var crc = ChecksumHasher.ReadCrc(parts[0].Bytes);
        for (var i = 1; i < parts.Count; i++)
        {
            crc = engine.Combine(crc, ChecksumHasher.ReadCrc(parts[i].Bytes), lengthsBytes[i]);
        }

        Span<byte> bytes = stackalloc byte[algorithm.Bytes()];
        ChecksumHasher.WriteCrc(crc, bytes);
        return new ObjectChecksum(new Checksum(algorithm, bytes), Parts: 0);
    }

    /// <summary>Parses the result of <see cref="ToString"/>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ObjectChecksum checksum)
    {
        checksum = default;
        var mark = text?.LastIndexOf(PartsMark) ?? -1;
        var parts = 0;
        if (text is null
            || (mark >= 0 && (!int.TryParse(text.AsSpan(mark + 1), NumberStyles.None, CultureInfo.InvariantCulture, out parts)
                || parts == 0))
            || !Checksum.TryParse(mark < 0 ? text : text[..mark], out var value))
        {
            return false;
        }

        checksum = new ObjectChecksum(value, parts);
        return true;
    }

    static ObjectChecksum IParsable<ObjectChecksum>.Parse(string s, IFormatProvider? provider) =>
        TryParse(s, out var checksum) ? checksum : throw new FormatException($"'{s}' is not a valid ObjectChecksum.");

    static bool IParsable<ObjectChecksum>.TryParse(
        [NotNullWhen(true)] string? s, IFormatProvider? provider, out ObjectChecksum result) => TryParse(s, out result);

    /// <summary>The checksum as <see cref="Checksum.ToString"/> writes it, followed by <c>-N</c> if it is composite. This form is
    /// stored.</summary>
    public override string ToString() =>
        Parts > 0 ? string.Create(CultureInfo.InvariantCulture, $"{Value}{PartsMark}{Parts}") : Value.ToString();

    private static ChecksumAlgorithm AlgorithmOf(IReadOnlyList<Checksum> parts)
    {
        if (parts.Count == 0)
        {
            throw new ArgumentException("There are no parts.", nameof(parts));
        }

        for (var i = 1; i < parts.Count; i++)
        {
            if (parts[i].Algorithm != parts[0].Algorithm)
            {
                throw new ArgumentException("The parts have checksums of different algorithms.", nameof(parts));
            }
        }

        return parts[0].Algorithm;
    }
}
