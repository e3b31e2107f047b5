using System.Text;
using System.Xml;

namespace OrleansUploads.Gateway.S3.Xml;

/// <summary>Reads the elements of a request's document, in any order and any namespace. Unknown elements are skipped.</summary>
internal static class ElementReader
{
    /// <summary>Reads the root element and calls a function for each of its children.</summary>
    /// <param name="document">The document.</param>
    /// <param name="root">The local name of the root.</param>
    /// <param name="child">Reads the child that the reader is at, to its end, and returns true; or returns false to have it
    /// skipped.</param>
    /// <exception cref="XmlException">The document is not well-formed, has a DTD, or has another root.</exception>
    public static void ReadRoot(ReadOnlyMemory<byte> document, string root, Func<XmlReader, bool> child)
    {
        using var reader = S3Xml.Read(document);
        reader.MoveToContent();
        if (reader.NodeType != XmlNodeType.Element || reader.LocalName != root)
        {
            throw new XmlException($"The root element must be {root}.");
        }

        ReadChildren(reader, child);
        while (reader.Read())
        {
            // Read to the end, so that garbage behind the root is found.
        }
    }

    /// <summary>Calls a function for each child of the element that the reader is at, and moves behind the element.</summary>
    public static void ReadChildren(XmlReader reader, Func<XmlReader, bool> child)
    {
        var isEmpty = reader.IsEmptyElement;
        reader.ReadStartElement();
        if (isEmpty)
        {
            return;
        }

        while (reader.NodeType != XmlNodeType.EndElement)
        {
            if (reader.NodeType is XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace)
            {
                reader.Read();
                continue;
            }

            if (reader.NodeType != XmlNodeType.Element)
            {
                throw new XmlException($"Unexpected {reader.NodeType} between elements.");
            }

            if (!child(reader))
            {
                // XmlReader.Skip reads without recursion, so a deeply nested document costs no stack.
                reader.Skip();
            }
        }

        reader.ReadEndElement();
    }

    /// <summary>Reads the text of the element that the reader is at, and moves behind it.</summary>
    /// <exception cref="XmlException">The element has child elements, or its text has half of a surrogate pair.</exception>
    /// <remarks>ReadElementContentAsString does the same, but takes several times as long for text with entities, such as quoted
    /// ETags.</remarks>
    public static string ReadText(XmlReader reader)
    {
        if (reader.IsEmptyElement)
        {
            reader.Read();
            return "";
        }

        var text = "";
        StringBuilder? longer = null;
        for (reader.Read(); reader.NodeType != XmlNodeType.EndElement; reader.Read())
        {
            if (reader.NodeType is not (XmlNodeType.Text or XmlNodeType.CDATA
                or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace))
            {
                throw new XmlException($"Unexpected {reader.NodeType} in the text of an element.");
            }

            if (text.Length == 0)
            {
                text = reader.Value;
            }
            else
            {
                longer = (longer ?? new StringBuilder(text)).Append(reader.Value);
            }
        }

        reader.Read();
        text = longer?.ToString() ?? text;
        return HasWholeCharacters(text) ? text : throw new XmlException("A character reference in the text of an element is half of a character.");
    }

    private static bool HasWholeCharacters(string text) =>
        !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') || Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text;
}
