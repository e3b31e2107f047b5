using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using OrleansUploads.Gateway.Http.Fronts;

namespace OrleansUploads.Gateway.Glacier.Protocol;

/// <summary>How the vault API writes JSON documents.</summary>
internal static class JsonBody
{
    /// <summary>The content type of every document. It has no charset, because some clients compare it for equality.</summary>
    public const string ContentType = "application/json";

    /// <summary>Creates the options of a serializer context: names as declared, absent values as null, times in the protocol's
    /// format.</summary>
    public static JsonSerializerOptions CreateOptions() => new()
    {
        Converters = { new GlacierDateConverter() },

        // Programs read the documents; no web page includes them. So only what JSON itself requires is escaped.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Reads the document of a request.</summary>
    /// <param name="body">The body of the request.</param>
    /// <param name="type">The document's type.</param>
    /// <param name="name">What the body should be, such as "a policy".</param>
    /// <param name="missing">What is missing if the body is empty or null.</param>
    public static T Read<T>(ReadOnlyMemory<byte> body, JsonTypeInfo<T> type, string name, string missing = "Request body")
        where T : class
    {
        try
        {
            return (body.IsEmpty ? null : JsonSerializer.Deserialize(body.Span, type)) ?? throw GlacierError.Missing(missing).AsException();
        }
        catch (JsonException malformed)
        {
            throw GlacierError.NotReadable(name, malformed).AsException();
        }
    }

    /// <summary>Writes status, headers and document.</summary>
    public static Task WriteAsync<T>(
        HttpResponse response, Stream body, int status, T document, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        response.WriteDocumentAsync(
            body, status, ContentType, JsonSerializer.SerializeToUtf8Bytes(document, type), cancellationToken);
}

/// <summary>A success with a JSON document.</summary>
/// <typeparam name="T">The document's type.</typeparam>
internal sealed class DocumentAnswer<T>(T document, JsonTypeInfo<T> type) : FrontAnswer
{
    /// <inheritdoc/>
    public override int Status => StatusCodes.Status200OK;

    /// <inheritdoc/>
    public override Task WriteAsync(HttpResponse response, Stream body, CancellationToken cancellationToken) =>
        JsonBody.WriteAsync(response, body, Status, document, type, cancellationToken);
}

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
        response.SetRetryAfter(error);
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

/// <summary>Writes times in the format of <see cref="GlacierDate"/>.</summary>
internal sealed class GlacierDateConverter : JsonConverter<DateTimeOffset>
{
    /// <inheritdoc/>
    /// <remarks>No request document contains a time.</remarks>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(GlacierDate.Format(value));
}
