using System.Xml;

namespace OrleansUploads.Gateway.S3.Xml;

/// <summary>The body of PutObjectTagging.</summary>
internal static class TaggingDocument
{
    /// <summary>Parses the document. The tags are not checked.</summary>
    /// <exception cref="XmlException">The document is malformed.</exception>
    public static IReadOnlyList<(string Key, string Value)> Parse(ReadOnlyMemory<byte> document)
    {
        var tags = new List<(string, string)>();
        var hasSet = false;
        ElementReader.ReadRoot(document, "Tagging", reader =>
        {
            if (reader.LocalName != "TagSet" || hasSet)
            {
                return false;
            }

            hasSet = true;
            ElementReader.ReadChildren(reader, tag =>
            {
                if (tag.LocalName != "Tag")
                {
                    return false;
                }

                tags.Add(ReadTag(tag));
                return true;
            });
            return true;
        });
        return hasSet ? tags : throw new XmlException("There is no TagSet.");
    }

    private static (string Key, string Value) ReadTag(XmlReader element)
    {
        string? key = null;
        string? value = null;
        ElementReader.ReadChildren(element, reader =>
        {
            switch (reader.LocalName)
            {
                case "Key":
                    key = ElementReader.ReadText(reader);
                    return true;
                case "Value":
                    value = ElementReader.ReadText(reader);
                    return true;
                default:
                    return false;
            }
        });
        return key is not null && value is not null ? (key, value) : throw new XmlException("Each Tag needs a Key and a Value.");
    }
}
