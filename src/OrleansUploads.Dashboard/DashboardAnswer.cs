using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace OrleansUploads.Dashboard;

/// <summary>A response of the dashboard, not yet written.</summary>
/// <param name="status">The status.</param>
/// <param name="contentType">The type of the body, or null for a response without one.</param>
/// <param name="body">The body.</param>
internal class DashboardAnswer(int status, string? contentType = null, ReadOnlyMemory<byte> body = default) : FrontAnswer
{
    private FrontError? _error;

    public override int Status => status;

    public override FrontError? Error => _error;

    /// <summary>The body.</summary>
    public ReadOnlyMemory<byte> Body => body;

    /// <summary>Further headers.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>The request was carried out.</summary>
    public static DashboardAnswer Done { get; } = new(StatusCodes.Status204NoContent);

    /// <summary>Answers with a JSON document.</summary>
    /// <typeparam name="TDocument">The document's type, which <see cref="DashboardJson"/> knows.</typeparam>
    public static DashboardAnswer Of<TDocument>(TDocument document, int status = StatusCodes.Status200OK) =>
        new(status, "application/json", JsonSerializer.SerializeToUtf8Bytes(
            document, (JsonTypeInfo<TDocument>)DashboardJson.Default.GetTypeInfo(typeof(TDocument))!));

    /// <summary>Lets an operation return an error directly.</summary>
    public static implicit operator DashboardAnswer(FrontError error)
    {
        var answer = Of(new ErrorDocument(error.Code, error.Message), error.Status);
        answer._error = error;
        return answer;
    }

    public override async Task WriteAsync(HttpResponse response, Stream body, CancellationToken cancellationToken)
    {
        response.StatusCode = status;
        foreach (var (name, value) in Headers)
        {
            response.Headers[name] = value;
        }

        if (_error?.RetryAfter is { } retryAfter)
        {
            response.Headers.RetryAfter = Math.Ceiling(retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        if (contentType is not null)
        {
            response.ContentType = contentType;
            response.ContentLength = Body.Length;
            await body.WriteAsync(Body, cancellationToken);
        }
    }
}

/// <summary>Why a request failed.</summary>
internal sealed record ErrorDocument(string Code, string Message);

/// <summary>The JSON documents of the dashboard. Characters that mean something in HTML are escaped.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(UnixMilliseconds)])]
[JsonSerializable(typeof(ErrorDocument))]
[JsonSerializable(typeof(ChallengeDocument))]
[JsonSerializable(typeof(SignInDocument))]
[JsonSerializable(typeof(SessionDocument))]
[JsonSerializable(typeof(ContainersDocument))]
[JsonSerializable(typeof(ServerDocument))]
[JsonSerializable(typeof(VaultSettingsDocument))]
[JsonSerializable(typeof(UploadsDocument))]
[JsonSerializable(typeof(UploadDocument))]
[JsonSerializable(typeof(PartDocument))]
[JsonSerializable(typeof(JobsDocument))]
[JsonSerializable(typeof(StoredDocument))]
internal sealed partial class DashboardJson : JsonSerializerContext;

/// <summary>Times are milliseconds since 1970, as in JavaScript.</summary>
internal sealed class UnixMilliseconds : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64());

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.ToUnixTimeMilliseconds());
}
