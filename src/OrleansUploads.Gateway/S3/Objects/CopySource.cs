using System.Buffers;
using OrleansUploads.Core.Parts;
using OrleansUploads.Gateway.S3.Protocol;

namespace OrleansUploads.Gateway.S3.Objects;

/// <summary>What a request copies.</summary>
internal static class CopySource
{
    private const string VersionMark = "?versionId=";
    private const string RangeUnit = "bytes=";

    private static readonly SearchValues<char> RangeCharacters = SearchValues.Create("0123456789-");

    /// <summary>Reads the address of the source: <c>bucket/key</c>, encoded like a path, with or without a slash in front.</summary>
    public static S3Address Read(S3Call call)
    {
        var text = call.Header(S3Headers.CopySource) ?? "";
        var version = text.LastIndexOf(VersionMark, StringComparison.Ordinal);
        if (version >= 0 && text[(version + VersionMark.Length)..] != ObjectVersion.Only)
        {
            throw S3Error.NotImplemented($"{S3Headers.CopySource} with versionId").AsException();
        }

        return Parse(text) ?? throw S3Error.InvalidArgument(
            S3Headers.CopySource,
            text,
            $"Copy Source must mention the source bucket and key: sourcebucket/sourcekey, encoded as in a URL. It is '{text}'.").AsException();
    }

    /// <summary>Returns the address that the header names, or null if it is malformed.</summary>
    public static S3Address? Parse(string text)
    {
        // The slash behind the bucket may be encoded, so the text is decoded before it is split.
        var version = text.LastIndexOf(VersionMark, StringComparison.Ordinal);
        if (!S3Address.TryDecode(version < 0 ? text : text.AsSpan(0, version), out var decoded))
        {
            return null;
        }

        decoded = decoded.StartsWith('/') ? decoded[1..] : decoded;
        var slash = decoded.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && slash < decoded.Length - 1 ? new S3Address(decoded[..slash], decoded[(slash + 1)..]) : null;
    }

    /// <summary>Reads the range of the source. Unlike a read, a copy needs both ends, and both inside the object.</summary>
    /// <param name="call">The request.</param>
    /// <param name="sizeBytes">The size of the source.</param>
    /// <returns>The range, or null for the whole source.</returns>
    public static PartRange? ReadRange(S3Call call, long sizeBytes)
    {
        if (call.Header(S3Headers.CopySourceRange) is not { } text)
        {
            return null;
        }

        if (!text.StartsWith(RangeUnit, StringComparison.Ordinal)
            || text.AsSpan(RangeUnit.Length).ContainsAnyExcept(RangeCharacters)
            || !PartRange.TryParse(text[RangeUnit.Length..], out var range))
        {
            throw S3Error.InvalidArgument(
                S3Headers.CopySourceRange,
                text,
                $"The {S3Headers.CopySourceRange} value must be of the form bytes=first-last where first and last are the zero-based "
                + $"offsets of the first and last bytes to copy. It is '{text}'.").AsException();
        }

        return range.LastByte < sizeBytes ? range : throw S3Error.InvalidArgument(
            S3Headers.CopySourceRange,
            text,
            string.Create(CultureInfo.InvariantCulture, $"Range specified is not valid for source object of size: {sizeBytes}")).AsException();
    }
}
