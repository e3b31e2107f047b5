using System.Xml;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>Elements that several documents have.</summary>
internal static class XmlParts
{
    private const string SchemaInstance = "http://www.w3.org/2001/XMLSchema-instance";

    /// <summary>Writes an account as an owner or initiator.</summary>
    public static void WriteOwner(this XmlWriter xml, string element, AccountId account)
    {
        xml.WriteStartElement(element);
        xml.WriteElementString("ID", account.ToString());
        xml.WriteElementString("DisplayName", account.ToString());
        xml.WriteEndElement();
    }

    /// <summary>Writes the owner, and an access control list that gives the owner full control and others nothing.</summary>
    public static void WriteAccessControlList(this XmlWriter xml, AccountId owner)
    {
        xml.WriteOwner("Owner", owner);
        xml.WriteStartElement("AccessControlList");
        xml.WriteStartElement("Grant");
        xml.WriteStartElement("Grantee");
        xml.WriteAttributeString("xsi", "type", SchemaInstance, "CanonicalUser");
        xml.WriteElementString("ID", owner.ToString());
        xml.WriteElementString("DisplayName", owner.ToString());
        xml.WriteEndElement();
        xml.WriteElementString("Permission", "FULL_CONTROL");
        xml.WriteEndElement();
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

    /// <summary>Writes the checksum of an object and its type, if the object has one.</summary>
    public static void WriteChecksum(this XmlWriter xml, ObjectChecksum? checksum)
    {
        if (checksum is { } known)
        {
            xml.WriteElementString("Checksum" + known.Value.Algorithm.Name(), known.Text);
            xml.WriteElementString("ChecksumType", known.Type.Name());
        }
    }

    /// <summary>Writes the checksum of a part, if the part has one.</summary>
    public static void WriteChecksum(this XmlWriter xml, Checksum? checksum)
    {
        if (checksum is { } known)
        {
            xml.WriteElementString("Checksum" + known.Algorithm.Name(), known.Base64);
        }
    }

    /// <summary>Writes a truth value.</summary>
    public static void WriteFlag(this XmlWriter xml, string element, bool value) =>
        xml.WriteElementString(element, value ? "true" : "false");

    /// <summary>Writes a number.</summary>
    public static void WriteNumber(this XmlWriter xml, string element, long value) =>
        xml.WriteElementString(element, XmlConvert.ToString(value));
}
