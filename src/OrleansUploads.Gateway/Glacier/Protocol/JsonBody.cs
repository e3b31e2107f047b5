using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

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
