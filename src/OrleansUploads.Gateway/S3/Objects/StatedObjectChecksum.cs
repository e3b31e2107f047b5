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
    public static StatedObjectChecksum Read(S3Call call, int parts)
    {
        var checksum = StatedChecksum.Read(call, acceptsParts: true);
        var text = call.Header(S3Headers.ChecksumType);
        var type = ChecksumNames.TypeOf(text);
        if (text is not null && type is null)
        {
            throw new S3Error(
                S3ErrorCode.InvalidRequest, $"Value for {S3Headers.ChecksumType} header is invalid: '{text}'.").AsException();
        }

        if (checksum is { Parts: > 0 and var count } && (count != parts || type == ChecksumType.FullObject))
        {
            throw new S3Error(
                S3ErrorCode.BadDigest,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The {checksum.Algorithm.Name()} you specified is the composite of {count} parts, but the request names {parts} parts "
                    + $"and {(type is { } known ? "the type " + known.Name() : "no type")}.")).AsException();
        }

        return new StatedObjectChecksum(checksum?.Value, checksum is { Parts: > 0 } ? ChecksumType.Composite : type);
    }
}
