using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>The JSON documents of the vault API: names as declared, absent values as null, times in the protocol's format.</summary>
[JsonSerializable(typeof(AccessPolicyDocument))]
[JsonSerializable(typeof(AddTagsRequest))]
[JsonSerializable(typeof(CapacityListDocument))]
[JsonSerializable(typeof(DataRetrievalPolicyDocument))]
[JsonSerializable(typeof(ErrorDocument))]
[JsonSerializable(typeof(JobDocument))]
[JsonSerializable(typeof(JobListDocument))]
[JsonSerializable(typeof(JobParameters))]
[JsonSerializable(typeof(LockDocument))]
[JsonSerializable(typeof(NotificationDocument))]
[JsonSerializable(typeof(PartListDocument))]
[JsonSerializable(typeof(RemoveTagsRequest))]
[JsonSerializable(typeof(SetDataRetrievalPolicyRequest))]
[JsonSerializable(typeof(SetNotificationsRequest))]
[JsonSerializable(typeof(SetPolicyRequest))]
[JsonSerializable(typeof(TagListDocument))]
[JsonSerializable(typeof(UploadListDocument))]
[JsonSerializable(typeof(VaultDocument))]
[JsonSerializable(typeof(VaultListDocument))]
internal sealed partial class GlacierJson : JsonSerializerContext
{
    private static readonly GlacierJson Documents = new(CreateOptions());

    /// <summary>Creates options that write as the vault API does.</summary>
    public static JsonSerializerOptions CreateOptions() => new()
    {
        Converters = { new GlacierDateConverter() },

        // Programs read the documents; no web page includes them. So only what JSON itself requires is escaped.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static FrontAnswer Answer<T>(T document) => FrontAnswer.OfJson(Write(document));

    public static byte[] Write<T>(T document) => JsonSerializer.SerializeToUtf8Bytes(document, TypeOf<T>());

    /// <summary>Reads the document of a request.</summary>
    /// <param name="body">The body of the request.</param>
    /// <param name="name">What the body should be, such as "a policy".</param>
    /// <param name="missing">What is missing if the body is empty or null.</param>
    public static T Read<T>(ReadOnlyMemory<byte> body, string name, string missing = "Request body")
        where T : class
    {
        try
        {
            return TryRead<T>(body) ?? throw GlacierError.Missing(missing);
        }
        catch (JsonException malformed)
        {
            throw GlacierError.NotReadable(name, malformed);
        }
    }

    /// <summary>Reads the document of a request, or returns null if the body is empty or null.</summary>
    /// <exception cref="JsonException">The body is not such a document.</exception>
    public static T? TryRead<T>(ReadOnlyMemory<byte> body)
        where T : class => body.IsEmpty ? null : JsonSerializer.Deserialize(body.Span, TypeOf<T>());

    private static JsonTypeInfo<T> TypeOf<T>() => (JsonTypeInfo<T>)Documents.GetTypeInfo(typeof(T))!;
}

/// <summary>The body of every error.</summary>
internal sealed record ErrorDocument(
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("type")] string Type);

/// <summary>Writes times in the format of <see cref="GlacierDate"/>.</summary>
internal sealed class GlacierDateConverter : JsonConverter<DateTimeOffset>
{
    /// <remarks>No request document contains a time.</remarks>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(GlacierDate.Format(value));
}
