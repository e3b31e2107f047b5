using System.Xml;
using OrleansUploads.Gateway.Http.Bodies;

namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>The body of PutObjectTagging.</summary>
internal static class TaggingDocument
{
    /// <summary>Parses the document. The tags are not checked.</summary>
    /// <exception cref="XmlException">The document is malformed.</exception>
    public static IReadOnlyList<(string Key, string Value)> Parse(ReceivedDocument document)
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
            reader.ReadChildren(tag =>
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

    private static (string Key, string Value) ReadTag(ElementReader element)
    {
        string? key = null;
        string? value = null;
        element.ReadChildren(reader =>
        {
            switch (reader.LocalName)
            {
                case "Key":
                    key = reader.ReadText();
                    return true;
                case "Value":
                    value = reader.ReadText();
                    return true;
                default:
                    return false;
            }
        });
        return key is not null && value is not null ? (key, value) : throw new XmlException("Each Tag needs a Key and a Value.");
    }
}
