using System.Diagnostics.CodeAnalysis;
using OrleansUploads.Gateway.S3.Protocol;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Gateway.S3.Objects;

/// <summary>What a completion states about the checksum of the whole object.</summary>
/// <param name="Value">The checksum, or null if the request states none.</param>
/// <param name="Type">Its type, or null if the request states none.</param>
internal readonly record struct StatedObjectChecksum(Checksum? Value, ChecksumType? Type)
{
    /// <summary>Reads the checksum and its type.</summary>
    /// <param name="call">The request.</param>
    /// <param name="parts">The number of parts that the request names.</param>
    /// <param name="stated">What it states.</param>
    /// <param name="error">The error, if the method returns false.</param>
    public static bool TryRead(S3Call call, int parts, out StatedObjectChecksum stated, [NotNullWhen(false)] out S3Error? error)
    {
        stated = default;
        if (!StatedChecksum.TryRead(call, out var checksum, out error, acceptsParts: true))
        {
            return false;
        }

        var text = call.Header(S3Headers.ChecksumType);
        var type = ChecksumNames.TypeOf(text);
        if (text is not null && type is null)
        {
            error = new(S3ErrorCode.InvalidRequest, $"Value for {S3Headers.ChecksumType} header is invalid: '{text}'.");
            return false;
        }

        if (checksum is { Parts: > 0 and var count } && (count != parts || type == ChecksumType.FullObject))
        {
            error = new(
                S3ErrorCode.BadDigest,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The {checksum.Algorithm.Name()} you specified is the composite of {count} parts, but the request names {parts} parts "
                    + $"and {(type is { } known ? "the type " + known.Name() : "no type")}."));
            return false;
        }

        stated = new StatedObjectChecksum(checksum?.Value, checksum is { Parts: > 0 } ? ChecksumType.Composite : type);
        return true;
    }
}
