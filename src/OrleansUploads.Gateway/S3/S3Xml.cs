using System.Text;
using System.Xml;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Gateway.S3;

/// <summary>How S3 reads and writes XML.</summary>
internal static class S3Xml
{
    /// <summary>The namespace of all documents but errors.</summary>
    public const string Namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

    public const string ContentType = "application/xml";

    /// <summary>Maximum length of a document that lists parts or keys.</summary>
    public const int MaxLongDocumentBytes = 4 << 20;

    /// <summary>How the documents of requests are read.</summary>
    public static readonly XmlReaderSettings Reading = new()
    {
        // No DTDs, so no entities, and nothing outside the document is read.
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = MaxLongDocumentBytes,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,

        // White space between elements is skipped by ElementReader. In an element it may be a key.
        IgnoreWhitespace = false,

        // Keys may have control characters, which XML 1.0 can only hold as references.
        CheckCharacters = false,
    };

    private static readonly XmlWriterSettings Writing = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        CheckCharacters = false,

        // A carriage return in a key must come back as one.
        NewLineHandling = NewLineHandling.Entitize,
    };

    /// <summary>Replaces the characters that XML does not allow, so that every client can read an error. The message of an XML parser
    /// may contain one, even half of a surrogate pair.</summary>
    public static string WellFormed(string text) => string.Create(text.Length, text, static (characters, text) =>
    {
        for (var i = 0; i < text.Length; i++)
        {
            var isPair = (i > 0 && char.IsSurrogatePair(text, i - 1)) || (i + 1 < text.Length && char.IsSurrogatePair(text, i));
            characters[i] = isPair || XmlConvert.IsXmlChar(text[i]) ? text[i] : '\uFFFD';
        }
    });

    /// <summary>A success with a document. A header without a value is left out.</summary>
    public static FrontAnswer Answer(
        string root, Action<XmlWriter> content, params IReadOnlyList<(string Name, string? Value)> headers)
    {
        var document = Write(writer =>
        {
            writer.WriteStartElement(root, Namespace);
            content(writer);
            writer.WriteEndElement();
        });
        return new FrontAnswer(StatusCodes.Status200OK, headers) { ContentType = ContentType, Document = document };
    }

    public static byte[] Write(Action<XmlWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = XmlWriter.Create(stream, Writing))
        {
            writer.WriteStartDocument();
            write(writer);
        }

        return stream.ToArray();
    }
}

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

    /// <summary>Writes an element, if it has a value.</summary>
    public static void WriteOptional(this XmlWriter xml, string element, string? value)
    {
        if (value is not null)
        {
            xml.WriteElementString(element, value);
        }
    }

    /// <summary>Writes a checksum, and its type if the object has one.</summary>
    public static void WriteChecksum(this XmlWriter xml, ObjectChecksum? checksum)
    {
        if (checksum is { } known)
        {
            xml.WriteElementString("Checksum" + known.Value.Algorithm.Name(), known.Text);
            xml.WriteElementString("ChecksumType", known.Type.Name());
        }
    }

    public static void WriteChecksum(this XmlWriter xml, Checksum? checksum)
    {
        if (checksum is { } known)
        {
            xml.WriteElementString("Checksum" + known.Algorithm.Name(), known.Base64);
        }
    }

    /// <summary>Writes the checksum that a client has chosen, if there is one.</summary>
    public static void WriteChosenChecksum(this XmlWriter xml, ChosenChecksum? checksum)
    {
        xml.WriteOptional("ChecksumAlgorithm", checksum?.Algorithm.Name());
        xml.WriteOptional("ChecksumType", checksum?.Type.Name());
    }

    public static void WriteFlag(this XmlWriter xml, string element, bool value) =>
        xml.WriteElementString(element, value ? "true" : "false");

    public static void WriteNumber(this XmlWriter xml, string element, long value) =>
        xml.WriteElementString(element, XmlConvert.ToString(value));
}
