using System.Xml;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Gateway.S3.Xml;

/// <summary>Elements that several documents have.</summary>
internal static class XmlParts
{
    /// <summary>Writes an account as an owner or initiator.</summary>
    public static void WriteOwner(this XmlWriter xml, string element, AccountId account)
    {
        xml.WriteStartElement(element);
        xml.WriteElementString("ID", account.ToString());
        xml.WriteElementString("DisplayName", account.ToString());
        xml.WriteEndElement();
    }

    /// <summary>Writes an element if it has a value.</summary>
    public static void WriteOptional(this XmlWriter xml, string element, string? value)
    {
        if (value is not null)
        {
            xml.WriteElementString(element, value);
        }
    }

    /// <summary>Writes a truth value.</summary>
    public static void WriteFlag(this XmlWriter xml, string element, bool value) =>
        xml.WriteElementString(element, value ? "true" : "false");

    /// <summary>Writes a number.</summary>
    public static void WriteNumber(this XmlWriter xml, string element, long value) =>
        xml.WriteElementString(element, XmlConvert.ToString(value));
}
