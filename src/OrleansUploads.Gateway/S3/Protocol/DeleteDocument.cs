using System.Xml;
using OrleansUploads.Gateway.Http.Bodies;

namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>An object in the body of DeleteObjects.</summary>
/// <param name="Key">Its key.</param>
/// <param name="VersionId">The version to delete, or null for none.</param>
/// <param name="ETag">The ETag that it must have, without quotes, or null for any.</param>
/// <param name="HasOtherCondition">Whether there is a condition that this server does not know.</param>
internal readonly record struct ObjectToDelete(string Key, string? VersionId, string? ETag, bool HasOtherCondition);

/// <summary>The body of DeleteObjects.</summary>
/// <param name="Objects">The objects.</param>
/// <param name="IsQuiet">Whether the answer lists errors only.</param>
internal sealed record DeleteDocument(IReadOnlyList<ObjectToDelete> Objects, bool IsQuiet)
{
    private const int MaxObjects = 1000;

    /// <summary>Parses the document.</summary>
    /// <exception cref="XmlException">The document is malformed, or it does not name 1 to 1,000 objects.</exception>
    public static DeleteDocument Parse(ReceivedDocument document)
    {
        var objects = new List<ObjectToDelete>();
        var isQuiet = false;
        ElementReader.ReadRoot(document, "Delete", reader =>
        {
            switch (reader.LocalName)
            {
                case "Quiet":
                    isQuiet = reader.ReadText().Trim() is "true" or "True" or "1";
                    return true;
                case "Object" when objects.Count == MaxObjects:
                    throw new XmlException($"There are more than {MaxObjects} objects.");
                case "Object":
                    objects.Add(ReadObject(reader));
                    return true;
                default:
                    return false;
            }
        });
        return objects.Count > 0 ? new DeleteDocument(objects, isQuiet) : throw new XmlException("There is no object.");
    }

    private static ObjectToDelete ReadObject(ElementReader element)
    {
        string? key = null;
        string? version = null;
        string? tag = null;
        var hasOther = false;
        element.ReadChildren(reader =>
        {
            switch (reader.LocalName)
            {
                case "Key":
                    key = reader.ReadText();
                    return true;
                case "VersionId":
                    version = reader.ReadText();
                    return true;
                case "ETag":
                    tag = reader.ReadText().Trim().Trim('"');
                    return true;
                case "LastModifiedTime" or "Size":
                    hasOther = true;
                    return false;
                default:
                    return false;
            }
        });
        return string.IsNullOrEmpty(key)
            ? throw new XmlException("Each object needs a Key.")
            : new ObjectToDelete(key, string.IsNullOrEmpty(version) ? null : version, tag, hasOther);
    }
}
