using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OrleansUploads.Gateway.Glacier.Documents;
using OrleansUploads.Gateway.Glacier.Errors;

namespace OrleansUploads.Gateway.Glacier.Answers;

/// <summary>A JSON document.</summary>
/// <typeparam name="T">Its shape.</typeparam>
internal sealed class DocumentAnswer<T>(T document, JsonTypeInfo<T> type) : GlacierAnswer
{
    /// <inheritdoc/>
    public override int Status => StatusCodes.Status200OK;

    /// <inheritdoc/>
    public override Task WriteAsync(HttpResponse response, Stream body, CancellationToken cancellationToken) =>
        JsonBody.WriteAsync(response, body, Status, document, type, cancellationToken);
}

/// <summary>An error document.</summary>
internal sealed class ErrorAnswer(GlacierError error) : GlacierAnswer
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
        var document = new ErrorDocument(error.Code, error.Message, error.Type);
        return JsonBody.WriteAsync(
            response, body, Status, document, GlacierJson.Documents.ErrorDocument, cancellationToken);
    }
}

/// <summary>How a document goes out.</summary>
internal static class JsonBody
{
    /// <summary>Without a charset: some clients compare for equality.</summary>
    public const string ContentType = "application/json";

    /// <summary>Writes status, headers and document.</summary>
    public static async Task WriteAsync<T>(
        HttpResponse response,
        Stream body,
        int status,
        T document,
        JsonTypeInfo<T> type,
        CancellationToken cancellationToken)
    {
        var text = JsonSerializer.SerializeToUtf8Bytes(document, type);
        response.StatusCode = status;
        response.ContentType = ContentType;
        response.ContentLength = text.Length;
        await body.WriteAsync(text, cancellationToken);
    }
}
