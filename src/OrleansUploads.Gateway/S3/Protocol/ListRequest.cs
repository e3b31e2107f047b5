using System.Xml;

namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>The parameters that all listings of a bucket have.</summary>
/// <param name="Prefix">Only keys with this prefix, or empty for all.</param>
/// <param name="Delimiter">Groups keys into common prefixes, or empty for none.</param>
/// <param name="Limit">Maximum number of entries and common prefixes, at most 1,000.</param>
/// <param name="EncodesKeys">Whether keys are written as in URLs.</param>
internal sealed record ListRequest(string Prefix, string Delimiter, int Limit, bool EncodesKeys)
{
    /// <summary>Reads the parameters.</summary>
    /// <param name="call">The request.</param>
    /// <param name="limitName">The name of the parameter with the limit.</param>
    public static ListRequest Read(S3Call call, string limitName)
    {
        var limit = S3Number.ReadPageLimit(call, limitName);
        var encoding = call.Query.FirstValue("encoding-type");
        return encoding is null or "" or "url"
            ? new ListRequest(call.Query.FirstValue("prefix") ?? "", call.Query.FirstValue("delimiter") ?? "", limit, encoding == "url")
            : throw S3Error.InvalidArgument("encoding-type", encoding, "Invalid Encoding Method specified in Request").AsException();
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
