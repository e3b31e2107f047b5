using System.Xml;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Gateway.Http.Bodies;

namespace OrleansUploads.Gateway.S3;

/// <summary>The header with which a completion takes all parts that were stored, so that a client need not gather the list. It states the size
/// of the object, and names no part. Amazon refuses a completion without parts, so no other client is affected.</summary>
internal static class AllParts
{
    /// <summary>The name of the header.</summary>
    public const string Header = "x-orleans-uploads-complete";

    private const string Value = "all-parts";

    /// <summary>Whether the request has the header.</summary>
    /// <param name="sizeBytes">The size that it states, or null if it states none.</param>
    /// <exception cref="S3Error">The value is unknown, or the request does not state the size.</exception>
    public static bool Read(S3Call call, long? sizeBytes) => call.Header(Header) switch
    {
        null => false,
        Value when sizeBytes is not null => true,
        Value => throw new S3Error(
            S3ErrorCode.InvalidRequest, $"With {Header}: {Value}, {S3Headers.ObjectSize} must state the size of the object in bytes."),
        var other => throw S3Error.InvalidArgument(Header, other, $"It must be '{Value}'. Leave it out to name the parts."),
    };

    /// <summary>Requires that a body is empty, or a document that names no part.</summary>
    /// <returns>Null, which stands for all parts.</returns>
    /// <exception cref="XmlException">The document is malformed or names a part.</exception>
    public static IReadOnlyList<ChosenPart>? Parse(ReceivedDocument document)
    {
        if (document.Length > 0)
        {
            ElementReader.ReadRoot(document, "CompleteMultipartUpload", static root => root.ReadChildren(static reader =>
                reader.LocalName == "Part" ? throw new XmlException($"With {Header}: {Value}, the document must name no part.") : false));
        }

        return null;
    }
}
