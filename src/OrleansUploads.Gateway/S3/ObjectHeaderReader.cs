using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using OrleansUploads.Engine.Bytes;

namespace OrleansUploads.Gateway.S3;

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
        : throw new S3Error(S3ErrorCode.InvalidStorageClass, $"The storage class you specified is not valid: {text}.");

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
            ("MaxSizeAllowed", MaxMetadataBytes.ToString(CultureInfo.InvariantCulture)));
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
                throw InvalidTag(tag);
            }
        }

        return tags;
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}

/// <summary>The headers of an object that browsers interpret, such as <c>Content-Disposition</c>. A client states them, and gets the same
/// bytes back. RFC 2047 would make them unreadable to browsers.</summary>
internal static class ContentHeaders
{
    /// <summary>Their names, in lower case.</summary>
    public static readonly string[] Names =
        ["cache-control", "content-disposition", "content-encoding", "content-language", "content-type", "expires"];

    private static readonly FrozenSet<string> Known = Names.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Characters that no header can have.</summary>
    private static readonly SearchValues<char> Controls =
        SearchValues.Create([.. Enumerable.Range(0, ' ').Append('\u007F').Select(static code => (char)code)]);

    /// <summary>The encoding that a response header is sent in, or null for ASCII.</summary>
    public static Encoding? EncodingOf(string header) => Known.Contains(header) ? Encoding.Latin1 : null;

    /// <summary>The value that is sent as the bytes that the client stated. They were UTF-8.</summary>
    public static string AsStated(string text) =>
        Ascii.IsValid(text) || text.AsSpan().ContainsAny(Controls)
            ? S3Encoding.Header(text)
            : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>Whether a header can have a value that the query of a request gives it.</summary>
    public static bool CanBe(string text) => !text.AsSpan().ContainsAny(Controls) && !text.AsSpan().ContainsAnyExceptInRange('\0', '\u00FF');
}

/// <summary>The parameters that replace a header of the response to a read, such as <c>response-content-type</c>.</summary>
internal static class HeaderOverrides
{
    private const string Prefix = "response-";

    /// <summary>Reads the parameters: the headers by name. An empty one is ignored.</summary>
    public static IReadOnlyDictionary<string, string> Read(S3Call call)
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in ContentHeaders.Names)
        {
            if (call.Query.FirstValue(Prefix + name) is not { Length: > 0 } value)
            {
                continue;
            }

            headers.Add(name, ContentHeaders.CanBe(value) ? value : throw S3Error.InvalidArgument(
                Prefix + name,
                value,
                "Header value cannot be represented using ISO-8859-1. For a file name with other characters, use filename*=UTF-8''name "
                + "with the name encoded as in a URL."));
        }

        return headers;
    }
}
