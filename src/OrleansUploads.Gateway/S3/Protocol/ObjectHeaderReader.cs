using System.Text;
using OrleansUploads.Engine.Bytes;

namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>Reads what a client says of an object: headers to return with it, user metadata, storage class and tags.</summary>
internal static class ObjectHeaderReader
{
    private const int MaxMetadataBytes = 2048;
    private const string ContentEncoding = "content-encoding";

    /// <summary>Reads the headers.</summary>
    public static ObjectHeaders Read(S3Call call) => new(ReadStorageClass(call), ReadMetadata(call), ReadTags(call));

    /// <summary>The error for a tag that the object cannot get.</summary>
    public static S3Error InvalidTag(string tag) => new(
        S3ErrorCode.InvalidTag,
        $"The tags are not valid: '{tag}'. An object has at most {ObjectTags.MaxCount} tags with different keys of 1 to "
        + $"{ObjectTags.MaxKeyChars} and values of at most {ObjectTags.MaxValueChars} characters.");

    private static StorageClass ReadStorageClass(S3Call call) =>
        call.Header(S3Headers.StorageClass) is not { } text ? StorageClass.Standard
        : StorageClassNames.TryParse(text, out var storageClass) ? storageClass
        : throw new S3Error(S3ErrorCode.InvalidStorageClass, $"The storage class you specified is not valid: {text}.").AsException();

    private static Dictionary<string, string> ReadMetadata(S3Call call)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
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

        return bytes <= MaxMetadataBytes ? metadata : throw new S3Error(
            S3ErrorCode.MetadataTooLarge,
            "Your metadata headers exceed the maximum allowed metadata size.",
            ("Size", bytes.ToString(CultureInfo.InvariantCulture)),
            ("MaxSizeAllowed", MaxMetadataBytes.ToString(CultureInfo.InvariantCulture))).AsException();
    }

    /// <summary>aws-chunked is how the body was sent, not how the object is encoded.</summary>
    private static string? WithoutChunking(string? encodings)
    {
        var all = encodings?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        var kept = Array.FindAll(all, static encoding => !encoding.Equals("aws-chunked", StringComparison.OrdinalIgnoreCase));
        return kept.Length == all.Length ? encodings : string.Join(',', kept);
    }

    private static Dictionary<string, string>? ReadTags(S3Call call)
    {
        Dictionary<string, string>? tags = null;
        foreach (var tag in (call.Header(S3Headers.Tagging) ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = tag.IndexOf('=', StringComparison.Ordinal);
            var key = Decode(equals < 0 ? tag : tag[..equals]);
            var value = equals < 0 ? "" : Decode(tag[(equals + 1)..]);
            tags ??= new Dictionary<string, string>(StringComparer.Ordinal);
            if (!ObjectTags.TryAdd(tags, key, value))
            {
                throw InvalidTag(tag).AsException();
            }
        }

        return tags;
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
