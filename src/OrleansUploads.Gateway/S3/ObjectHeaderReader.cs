using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using OrleansUploads.Engine.Receiving;

namespace OrleansUploads.Gateway.S3;

/// <summary>Reads what a client says of an object: headers to return with it, user metadata, storage class and tags.</summary>
internal static class ObjectHeaderReader
{
    private const int MaxMetadataBytes = 2048;
    private const string ContentEncoding = "content-encoding";

    public static ObjectHeaders Read(S3Call call) => new(ReadStorageClass(call), ReadMetadata(call), ReadTags(call));

    public static S3Error InvalidTag(ObjectTagFlaw flaw, string key, string value) => flaw switch
    {
        ObjectTagFlaw.TooMany => new(S3ErrorCode.BadRequest, $"Object tags cannot be greater than {ObjectTags.MaxCount}"),
        ObjectTagFlaw.RepeatedKey => new(S3ErrorCode.InvalidTag, "Cannot provide multiple Tags with the same key", ("TagKey", key)),
        ObjectTagFlaw.ReservedKey => new(
            S3ErrorCode.InvalidTag, $"Your TagKey cannot be prefixed with {TagText.ReservedPrefix}", ("TagKey", key)),
        ObjectTagFlaw.Key => new(
            S3ErrorCode.InvalidTag,
            $"The TagKey you have provided is invalid. It has 1 to {ObjectTags.MaxKeyChars} letters, digits, spaces and characters of '_.:/=+-@'.",
            ("TagKey", key)),
        ObjectTagFlaw.Value => new(
            S3ErrorCode.InvalidTag,
            $"The TagValue you have provided is invalid. It has at most {ObjectTags.MaxValueChars} letters, digits, spaces and characters of "
            + "'_.:/=+-@'.",
            ("TagKey", key),
            ("TagValue", value)),
    };

    private static StorageClass ReadStorageClass(S3Call call) =>
        call.Header(S3Headers.StorageClass) is not { } text ? StorageClass.Standard
        : StorageClassNames.TryParse(text, out var storageClass) ? storageClass
        : throw new S3Error(S3ErrorCode.InvalidStorageClass, $"The storage class you specified is not valid: {text}.", ("StorageClassRequested", text));

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

    /// <summary>Reads tags, which are encoded like a query. A key without an equals sign has an empty value.</summary>
    private static Dictionary<string, string>? ReadTags(S3Call call)
    {
        Dictionary<string, string>? tags = null;
        var header = call.Header(S3Headers.Tagging) ?? "";
        foreach (var tag in header.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = tag.IndexOf('=', StringComparison.Ordinal);
            if (!TryDecode(equals < 0 ? tag : tag[..equals], out var key)
                || !TryDecode(equals < 0 ? "" : tag[(equals + 1)..], out var value)
                || key.Length == 0)
            {
                throw NotEncoded(header);
            }

            tags ??= new Dictionary<string, string>(StringComparer.Ordinal);
            switch (ObjectTags.Add(tags, key, value))
            {
                case ObjectTagFlaw.RepeatedKey:
                    throw NotEncoded(header);
                case { } flaw:
                    throw InvalidTag(flaw, key, value);
                default:
                    break;
            }
        }

        return tags;
    }

    private static bool TryDecode(string text, out string decoded)
    {
        decoded = "";
        return !text.Contains('=', StringComparison.Ordinal)
            && S3Address.TryDecode(text.Replace('+', ' '), out decoded);
    }

    private static S3Error NotEncoded(string header) => S3Error.InvalidArgument(
        S3Headers.Tagging,
        header,
        $"The header '{S3Headers.Tagging}' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.");
}

/// <summary>The headers of an object that browsers interpret, such as <c>Content-Disposition</c>. A client states them, and gets the same
/// bytes back. RFC 2047 would make them unreadable to browsers.</summary>
internal static class ContentHeaders
{
    /// <summary>The names of the headers, in lower case.</summary>
    public static readonly string[] Names =
        ["cache-control", "content-disposition", "content-encoding", "content-language", "content-type", "expires"];

    private static readonly FrozenSet<string> Known = Names.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Characters that no header can have.</summary>
    private static readonly SearchValues<char> Controls =
        SearchValues.Create([.. Enumerable.Range(0, ' ').Append('\u007F').Select(static code => (char)code)]);

    /// <summary>The encoding that a response header is sent in, or null for ASCII. Kestrel asks without a name for the headers that it
    /// knows.</summary>
    public static Encoding? EncodingOf(string header) => header.Length == 0 || Known.Contains(header) ? Encoding.Latin1 : null;

    /// <summary>The value that is sent as the bytes that the client stated. They were UTF-8.</summary>
    public static string AsStated(string text) =>
        Ascii.IsValid(text) || text.AsSpan().ContainsAny(Controls)
            ? S3Encoding.Header(text)
            : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>Whether a client could have sent a value in a header.</summary>
    public static bool CanBeSent(string text) => !text.AsSpan().ContainsAny(Controls);

    /// <summary>Whether a header can have a value that the query of a request gives it.</summary>
    public static bool CanBe(string text) => !text.AsSpan().ContainsAny(Controls) && !text.AsSpan().ContainsAnyExceptInRange('\0', '\u00FF');
}

/// <summary>The parameters that replace a header of the response to a read, such as <c>response-content-type</c>.</summary>
internal static class HeaderOverrides
{
    private const string Prefix = "response-";

    /// <summary>Reads the parameters: the headers by name. An empty one is ignored. One for another header is refused, because the client
    /// relies on it.</summary>
    public static IReadOnlyDictionary<string, string> Read(S3Call call)
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in call.Query.All)
        {
            if (name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && !ContentHeaders.Names.Contains(name[Prefix.Length..]))
            {
                throw S3Error.InvalidArgument(
                    name, value, $"The response header cannot be replaced. The parameters are {Prefix}{string.Join(", " + Prefix, ContentHeaders.Names)}.");
            }
        }

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
