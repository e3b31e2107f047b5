using System.Xml;
using OrleansUploads.Gateway.Http.Bodies;

namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>A part in the body of CompleteMultipartUpload, as sent.</summary>
/// <param name="Number">Its number, 1 to 10,000.</param>
/// <param name="ETag">Its ETag without quotes.</param>
/// <param name="Checksum">The name of the checksum's algorithm as in the element's name, and the checksum, or null if there is
/// none.</param>
internal readonly record struct NamedPart(int Number, string ETag, (string Algorithm, string Value)? Checksum);

/// <summary>The body of CompleteMultipartUpload.</summary>
internal static class PartListDocument
{
    private const int MaxParts = 10_000;
    private const string ChecksumPrefix = "Checksum";

    // A part with its number and ETag has about 100 bytes. A list that grows is copied, and thousands of parts are a large object.
    private const int FewestPartBytes = 80;

    /// <summary>Parses the document. The order is not checked.</summary>
    /// <param name="document">The document.</param>
    /// <param name="interpret">Turns a part as sent into the wanted value.</param>
    /// <exception cref="XmlException">The document is malformed, or it does not name 1 to 10,000 parts.</exception>
    public static IReadOnlyList<T> Parse<T>(ReceivedDocument document, Func<NamedPart, T> interpret)
    {
        var parts = new List<T>(Math.Min(MaxParts, document.Length / FewestPartBytes));
        ElementReader.ReadRoot(document, "CompleteMultipartUpload", reader =>
        {
            if (reader.LocalName != "Part")
            {
                return false;
            }

            if (parts.Count == MaxParts)
            {
                throw new XmlException($"There are more than {MaxParts} parts.");
            }

            parts.Add(interpret(ReadPart(reader)));
            return true;
        });
        return parts.Count > 0 ? parts : throw new XmlException("You must specify at least one part.");
    }

    private static NamedPart ReadPart(ElementReader part)
    {
        var number = 0;
        string? tag = null;
        (string, string)? checksum = null;
        part.ReadChildren(reader =>
        {
            var name = reader.LocalName;
            if (name == "PartNumber")
            {
                number = ReadNumber(reader);
                return true;
            }

            if (name == "ETag")
            {
                tag = reader.ReadText().Trim().Trim('"');
                return true;
            }

            if (name.StartsWith(ChecksumPrefix, StringComparison.Ordinal))
            {
                checksum = (name[ChecksumPrefix.Length..], reader.ReadText().Trim());
                return true;
            }

            return false;
        });
        return number > 0 && tag is not null
            ? new NamedPart(number, tag, checksum)
            : throw new XmlException("Each part needs a PartNumber and an ETag.");
    }

    private static int ReadNumber(ElementReader reader)
    {
        var text = reader.ReadText().Trim();
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= MaxParts
            ? number
            : throw new XmlException($"PartNumber must be between 1 and {MaxParts}.");
    }
}
