using System.Text;
using System.Xml;

namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>How S3 reads and writes XML.</summary>
internal static class S3Xml
{
    /// <summary>The namespace of all documents but errors.</summary>
    public const string Namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

    /// <summary>The content type of every document.</summary>
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

    /// <summary>Writes a document.</summary>
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
