using System.Diagnostics.CodeAnalysis;
using System.Text;
using OrleansUploads.Engine.Bytes;

namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>Reads what a client says of an object: headers to return with it, user metadata, storage class and tags.</summary>
internal static class ObjectHeaderReader
{
    private const int MaxMetadataBytes = 2048;
    private const string ContentEncoding = "content-encoding";

    /// <summary>Reads the headers.</summary>
    public static bool TryRead(S3Call call, [NotNullWhen(true)] out ObjectHeaders? headers, [NotNullWhen(false)] out S3Error? error)
    {
        headers = null;
        if (!TryReadStorageClass(call, out var storageClass, out error)
            || !TryReadMetadata(call, out var metadata, out error)
            || !TryReadTags(call, out var tags, out error))
        {
            return false;
        }

        headers = new ObjectHeaders(storageClass, metadata, tags);
        return true;
    }

    /// <summary>The error for a tag that the object cannot get.</summary>
    public static S3Error InvalidTag(string tag) => new(
        S3ErrorCode.InvalidTag,
        $"The tags are not valid: '{tag}'. An object has at most {ObjectTags.MaxCount} tags with different keys of 1 to "
        + $"{ObjectTags.MaxKeyChars} and values of at most {ObjectTags.MaxValueChars} characters.");

    private static bool TryReadStorageClass(S3Call call, out StorageClass storageClass, [NotNullWhen(false)] out S3Error? error)
    {
        storageClass = StorageClass.Standard;
        var text = call.Header(S3Headers.StorageClass);
        error = text is null || StorageClassNames.TryParse(text, out storageClass)
            ? null
            : new(S3ErrorCode.InvalidStorageClass, $"The storage class you specified is not valid: {text}.");
        return error is null;
    }

    private static bool TryReadMetadata(
        S3Call call, out Dictionary<string, string> metadata, [NotNullWhen(false)] out S3Error? error)
    {
        metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in ContentHeaders.Names)
        {
            var value = call.Header(name);
            value = name == ContentEncoding ? WithoutChunking(value) : value;
            if (!string.IsNullOrEmpty(value))
            {
                metadata[name] = value;
            }
        }

        var bytes = 0;
        foreach (var (name, value) in call.Headers)
        {
            if (name.StartsWith(S3Headers.MetadataPrefix, StringComparison.OrdinalIgnoreCase))
            {
                metadata[name.ToLowerInvariant()] = value.ToString();
                bytes += name.Length - S3Headers.MetadataPrefix.Length + Encoding.UTF8.GetByteCount(value.ToString());
            }
        }

        error = bytes > MaxMetadataBytes
            ? new(
                S3ErrorCode.MetadataTooLarge,
                "Your metadata headers exceed the maximum allowed metadata size.",
                ("Size", bytes.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                ("MaxSizeAllowed", MaxMetadataBytes.ToString(System.Globalization.CultureInfo.InvariantCulture)))
            : null;
        return error is null;
    }

    /// <summary>aws-chunked is how the body was sent, not how the object is encoded.</summary>
    private static string? WithoutChunking(string? encodings)
    {
        var all = encodings?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        var kept = Array.FindAll(all, static encoding => !encoding.Equals("aws-chunked", StringComparison.OrdinalIgnoreCase));
        return kept.Length == all.Length ? encodings : string.Join(',', kept);
    }

    private static bool TryReadTags(
        S3Call call, out Dictionary<string, string>? tags, [NotNullWhen(false)] out S3Error? error)
    {
        tags = null;
        error = null;
        foreach (var tag in (call.Header(S3Headers.Tagging) ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = tag.IndexOf('=', StringComparison.Ordinal);
            var key = Decode(equals < 0 ? tag : tag[..equals]);
            var value = equals < 0 ? "" : Decode(tag[(equals + 1)..]);
            tags ??= new Dictionary<string, string>(StringComparer.Ordinal);
            if (!ObjectTags.TryAdd(tags, key, value))
            {
                error = InvalidTag(tag);
                return false;
            }
        }

        return true;
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
