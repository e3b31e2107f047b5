using System.Text.Json.Serialization;
using OrleansUploads.Gateway.Http.Fronts;

namespace OrleansUploads.Gateway.Glacier.Protocol;

/// <summary>An error with its JSON document.</summary>
internal sealed class ErrorAnswer(GlacierError error) : FrontAnswer
{
    private const string CodeHeader = "x-amzn-ErrorType";

    /// <inheritdoc/>
    public override int Status => error.Status;

    /// <inheritdoc/>
    public override GlacierError Error => error;

    /// <inheritdoc/>
    public override Task WriteAsync(HttpResponse response, Stream body, CancellationToken cancellationToken)
    {
        response.Headers[CodeHeader] = error.Code;
        if (error.RetryAfter is { } retryAfter)
        {
            response.Headers.RetryAfter = Math.Ceiling(retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        var document = new ErrorDocument(error.Code, error.Message, error.Type);
        return JsonBody.WriteAsync(response, body, Status, document, ErrorJson.Documents.ErrorDocument, cancellationToken);
    }
}

/// <summary>The body of every error.</summary>
internal sealed record ErrorDocument(
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("type")] string Type);

[JsonSerializable(typeof(ErrorDocument))]
internal sealed partial class ErrorJson : JsonSerializerContext
{
    public static ErrorJson Documents { get; } = new(JsonBody.CreateOptions());
}
