using Microsoft.AspNetCore.Http.Features;
using OrleansUploads.Gateway.Http.Fronts;

namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>An error with its XML document. The answer to a HEAD request has no document.</summary>
internal sealed class ErrorAnswer(S3Error error) : FrontAnswer
{
    /// <inheritdoc/>
    public override int Status => error.Status;

    /// <inheritdoc/>
    public override S3Error Error => error;

    /// <inheritdoc/>
    public override async Task WriteAsync(HttpResponse response, Stream body, CancellationToken cancellationToken)
    {
        var request = response.HttpContext.Request;
        response.StatusCode = Status;
        if (error.RetryAfter is { } retryAfter)
        {
            response.Headers.RetryAfter = Math.Ceiling(retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        // A client that waits for 100 (Continue) may send the body all the same or not. Only a new connection is unambiguous.
        if (request.Headers.Expect.Count > 0)
        {
            response.Headers.Connection = "close";
        }

        if (HttpMethods.IsHead(request.Method))
        {
            return;
        }

        var target = response.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var id = response.Headers[S3Headers.RequestId].ToString();
        var document = S3Xml.Write(writer =>
        {
            if (error.IsForOtherService)
            {
                writer.WriteStartElement("ErrorResponse");
            }

            writer.WriteStartElement("Error");
            writer.WriteElementString("Code", error.Code);
            writer.WriteElementString("Message", S3Xml.WellFormed(error.Message));
            foreach (var (name, value) in error.Details)
            {
                writer.WriteElementString(name, S3Xml.WellFormed(value));
            }

            writer.WriteElementString("Resource", target[..(target.IndexOf('?', StringComparison.Ordinal) is var mark and >= 0 ? mark : target.Length)]);
            writer.WriteElementString("RequestId", id);
            writer.WriteEndElement();
            if (error.IsForOtherService)
            {
                writer.WriteEndElement();
            }
        });
        response.ContentType = S3Xml.ContentType;
        response.ContentLength = document.Length;
        await body.WriteAsync(document, cancellationToken);
    }
}
