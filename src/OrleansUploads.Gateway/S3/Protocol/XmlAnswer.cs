using System.Xml;
using OrleansUploads.Gateway.Http.Fronts;

namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>A success with an XML document.</summary>
/// <param name="root">Name of the root element.</param>
/// <param name="content">Writes what is in the root element.</param>
/// <param name="headers">Headers. One without a value is left out.</param>
internal sealed class XmlAnswer(string root, Action<XmlWriter> content, params (string Name, string? Value)[] headers) : FrontAnswer
{
    /// <inheritdoc/>
    public override int Status => StatusCodes.Status200OK;

    /// <inheritdoc/>
    public override async Task WriteAsync(HttpResponse response, Stream body, CancellationToken cancellationToken)
    {
        var document = S3Xml.Write(writer =>
        {
            writer.WriteStartElement(root, S3Xml.Namespace);
            content(writer);
            writer.WriteEndElement();
        });
        response.SetHeaders(headers);
        response.StatusCode = Status;
        response.ContentType = S3Xml.ContentType;
        response.ContentLength = document.Length;
        await body.WriteAsync(document, cancellationToken);
    }
}
