using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using OrleansUploads.Engine.Collecting;

namespace OrleansUploads.Dashboard;

/// <summary>The responses of the dashboard.</summary>
internal static class DashboardAnswer
{
    /// <summary>A success with a JSON document.</summary>
    /// <typeparam name="TDocument">The document's type, which <see cref="DashboardJson"/> knows.</typeparam>
    public static FrontAnswer Of<TDocument>(TDocument document) => FrontAnswer.OfJson(Write(document));

    /// <summary>An error with its JSON document.</summary>
    public static FrontAnswer OfError(FrontError error) => new(error.Status)
    {
        Error = error,
        ContentType = FrontAnswer.JsonType,
        Document = Write(new FailureDocument(error.Code, error.Message)),
    };

    private static byte[] Write<TDocument>(TDocument document) => JsonSerializer.SerializeToUtf8Bytes(
        document, (JsonTypeInfo<TDocument>)DashboardJson.Default.GetTypeInfo(typeof(TDocument))!);
}

/// <summary>Why a request failed.</summary>
internal sealed record FailureDocument(string Code, string Message);

/// <summary>The JSON documents of the dashboard. Characters that mean something in HTML are escaped.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(UnixMilliseconds)])]
[JsonSerializable(typeof(FailureDocument))]
[JsonSerializable(typeof(ChallengeDocument))]
[JsonSerializable(typeof(SignInDocument))]
[JsonSerializable(typeof(SessionDocument))]
[JsonSerializable(typeof(ContainersDocument))]
[JsonSerializable(typeof(ServerDocument))]
[JsonSerializable(typeof(DeletedBytesTotal))]
[JsonSerializable(typeof(VaultSettingsDocument))]
[JsonSerializable(typeof(UploadsDocument))]
[JsonSerializable(typeof(UploadDocument))]
[JsonSerializable(typeof(PartDocument))]
[JsonSerializable(typeof(JobsDocument))]
[JsonSerializable(typeof(ListedJob))]
[JsonSerializable(typeof(UnfreedDocument))]
[JsonSerializable(typeof(BegunUploadDocument))]
[JsonSerializable(typeof(StoredPartDocument))]
[JsonSerializable(typeof(UploadCompletionDocument))]
[JsonSerializable(typeof(EndingDocument))]
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
