using System.Xml;

namespace OrleansUploads.Gateway.S3;

/// <summary>The parameters that all listings of a bucket have.</summary>
/// <param name="Delimiter">Groups keys into common prefixes; empty for none.</param>
/// <param name="Limit">Entries and common prefixes, at most 1,000.</param>
/// <param name="Prefix">Empty for all keys.</param>
/// <param name="EncodesKeys">Whether keys are written as in URLs.</param>
internal sealed record ListRequest(string Prefix, string Delimiter, int Limit, bool EncodesKeys)
{
    public static ListRequest Read(S3Call call, string limitName)
    {
        var limit = S3Number.ReadPageLimit(call, limitName);
        var encoding = call.Query.FirstValue("encoding-type");
        return encoding is null or "url"
            ? new ListRequest(call.Query.FirstValue("prefix") ?? "", call.Query.FirstValue("delimiter") ?? "", limit, encoding == "url")
            : throw S3Error.InvalidArgument("encoding-type", encoding, "Invalid Encoding Method specified in Request");
    }

    /// <summary>A key or a part of one, as the client wants it.</summary>
    public string Encode(string key) => EncodesKeys ? S3Encoding.Url(key) : key;

    public void WriteShared(XmlWriter xml, string limitElement)
    {
        xml.WriteOptional("Delimiter", Delimiter.Length > 0 ? Encode(Delimiter) : null);
        xml.WriteOptional("EncodingType", EncodesKeys ? "url" : null);
        xml.WriteNumber(limitElement, Limit);
    }

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
    public const int MaxPage = 1000;

    /// <summary>A number above 1,000 means 1,000.</summary>
    public static int ReadPageLimit(S3Call call, string name) => Read(call, name, MaxPage);

    /// <summary>A number above <paramref name="max"/> means <paramref name="max"/>, which is the default too.</summary>
    public static int Read(S3Call call, string name, int max) => Parse(name, call.Query.FirstValue(name), max, max);

    /// <summary>A number above <paramref name="max"/> means <paramref name="max"/>.</summary>
    public static int ReadHeader(S3Call call, string name, int byDefault, int max) => Parse(name, call.Header(name), byDefault, max);

    public static int ReadPartNumber(S3Call call)
    {
        var text = call.Query.FirstValue("partNumber") ?? "";
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number is >= 1 and <= ObjectLimits.MaxParts
                ? number
                : throw S3Error.InvalidArgument(
                    "partNumber", text, $"Part number must be an integer between 1 and {ObjectLimits.MaxParts}, inclusive");
    }

    public static bool TryParseLength(string? text, out long bytes) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out bytes);

    private static int Parse(string name, string? text, int byDefault, int max) =>
        string.IsNullOrEmpty(text) ? byDefault
        : text.AsSpan().ContainsAnyExceptInRange('0', '9')
            ? throw S3Error.InvalidArgument(name, text, $"Argument {name} must be an integer between 0 and 2147483647")
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Math.Min(number, max)
        : max;
}
