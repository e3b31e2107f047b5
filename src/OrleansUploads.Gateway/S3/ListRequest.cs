using System.Xml;

namespace OrleansUploads.Gateway.S3;

/// <summary>The parameters that all listings of a bucket have.</summary>
/// <param name="Prefix">Only keys with this prefix, or empty for all.</param>
/// <param name="Delimiter">Groups keys into common prefixes, or empty for none.</param>
/// <param name="Limit">Maximum number of entries and common prefixes, at most 1,000.</param>
/// <param name="EncodesKeys">Whether keys are written as in URLs.</param>
internal sealed record ListRequest(string Prefix, string Delimiter, int Limit, bool EncodesKeys)
{
    /// <summary>Reads the parameters.</summary>
    public static ListRequest Read(S3Call call, string limitName)
    {
        var limit = S3Number.ReadPageLimit(call, limitName);
        var encoding = call.Query.FirstValue("encoding-type");
        return encoding is null or "" or "url"
            ? new ListRequest(call.Query.FirstValue("prefix") ?? "", call.Query.FirstValue("delimiter") ?? "", limit, encoding == "url")
            : throw S3Error.InvalidArgument("encoding-type", encoding, "Invalid Encoding Method specified in Request");
    }

    /// <summary>A key or a part of one, as the client wants it.</summary>
    public string Encode(string key) => EncodesKeys ? S3Encoding.Url(key) : key;

    /// <summary>Writes delimiter, encoding and limit.</summary>
    public void WriteShared(XmlWriter xml, string limitElement)
    {
        xml.WriteOptional("Delimiter", Delimiter.Length > 0 ? Encode(Delimiter) : null);
        xml.WriteOptional("EncodingType", EncodesKeys ? "url" : null);
        xml.WriteNumber(limitElement, Limit);
    }

    /// <summary>Writes common prefixes.</summary>
    public void WritePrefixes(XmlWriter xml, IEnumerable<string> prefixes)
    {
        foreach (var prefix in prefixes)
        {
            xml.WriteStartElement("CommonPrefixes");
            xml.WriteElementString("Prefix", Encode(prefix));
            xml.WriteEndElement();
        }
    }
}

/// <summary>Whole numbers in queries and headers: digits only.</summary>
internal static class S3Number
{
    /// <summary>The maximum length of a page.</summary>
    public const int MaxPage = 1000;

    /// <summary>Reads the maximum length of a page from the query. A number above 1,000 means 1,000.</summary>
    public static int ReadPageLimit(S3Call call, string name) => Read(call, name, MaxPage);

    /// <summary>Reads a number from the query.</summary>
    /// <param name="call">The request.</param>
    /// <param name="name">The parameter.</param>
    /// <param name="max">The default, and the maximum: a larger number means this one.</param>
    public static int Read(S3Call call, string name, int max) => Parse(name, call.Query.FirstValue(name), max, max);

    /// <summary>Reads a number from a header.</summary>
    /// <param name="call">The request.</param>
    /// <param name="name">The header.</param>
    /// <param name="byDefault">The number if the header is missing.</param>
    /// <param name="max">The maximum: a larger number means this one.</param>
    public static int ReadHeader(S3Call call, string name, int byDefault, int max) => Parse(name, call.Header(name), byDefault, max);

    /// <summary>Reads the number of a part from the query.</summary>
    public static int ReadPartNumber(S3Call call)
    {
        var text = call.Query.FirstValue("partNumber") ?? "";
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number is >= 1 and <= ObjectLimits.MaxParts
                ? number
                : throw S3Error.InvalidArgument(
                    "partNumber", text, $"Part number must be an integer between 1 and {ObjectLimits.MaxParts}, inclusive");
    }

    /// <summary>Parses a length in bytes.</summary>
    public static bool TryParseLength(string? text, out long bytes) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out bytes);

    private static int Parse(string name, string? text, int byDefault, int max) =>
        string.IsNullOrEmpty(text) ? byDefault
        : text.AsSpan().ContainsAnyExceptInRange('0', '9')
            ? throw S3Error.InvalidArgument(name, text, $"Argument {name} must be an integer between 0 and 2147483647.")
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Math.Min(number, max)
        : max;
}
