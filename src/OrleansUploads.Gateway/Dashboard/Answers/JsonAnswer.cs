using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace OrleansUploads.Gateway.Dashboard.Answers;

/// <summary>A JSON document.</summary>
/// <param name="text">The document.</param>
internal class JsonAnswer(byte[] text) : DashboardAnswer
{
    private const string ContentType = "application/json";

    /// <inheritdoc/>
    public override int Status => StatusCodes.Status200OK;

    /// <summary>The document.</summary>
    public ReadOnlyMemory<byte> Text => text;

    /// <summary>Creates the answer.</summary>
    /// <typeparam name="T">The document's type.</typeparam>
    public static JsonAnswer Of<T>(T document, JsonTypeInfo<T> type) => new(JsonSerializer.SerializeToUtf8Bytes(document, type));

    /// <inheritdoc/>
    public override async Task WriteAsync(HttpResponse response, Stream body, CancellationToken cancellationToken)
    {
        response.StatusCode = Status;
        response.ContentType = ContentType;
        response.ContentLength = text.Length;
        await body.WriteAsync(text, cancellationToken);
    }
}
