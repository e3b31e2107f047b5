using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansUploads.Client.Wire;

/// <summary>The JSON documents of the protocol.</summary>
[JsonSourceGenerationOptions(
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(ByteRangeConverter)])]
[JsonSerializable(typeof(Vault))]
[JsonSerializable(typeof(WireVaultList))]
[JsonSerializable(typeof(WireUploadList))]
[JsonSerializable(typeof(WirePartList))]
[JsonSerializable(typeof(UploadDescription))]
[JsonSerializable(typeof(Job))]
[JsonSerializable(typeof(WireJobList))]
[JsonSerializable(typeof(WireJobParameters))]
[JsonSerializable(typeof(InventoryEntry))]
[JsonSerializable(typeof(WireTags))]
[JsonSerializable(typeof(WireTagKeys))]
[JsonSerializable(typeof(WirePolicy))]
[JsonSerializable(typeof(VaultLockDescription))]
[JsonSerializable(typeof(VaultNotificationConfig))]
[JsonSerializable(typeof(WireDataRetrievalPolicy))]
[JsonSerializable(typeof(WireCapacityList))]
[JsonSerializable(typeof(WireError))]
internal sealed partial class WireJson : JsonSerializerContext;

internal sealed record WireVaultList([property: JsonRequired] IReadOnlyList<Vault> VaultList, string? Marker);

internal sealed record WireUploadList(
    [property: JsonRequired] IReadOnlyList<MultipartUpload> UploadsList, string? Marker);

internal sealed record WirePartList(
    [property: JsonRequired, JsonPropertyName("PartSizeInBytes")] long PartSizeBytes,
    [property: JsonRequired] IReadOnlyList<UploadedPart> Parts,
    string? Marker);

internal sealed record WireJobList([property: JsonRequired] IReadOnlyList<Job> JobList, string? Marker);

internal sealed record WireJobParameters(
    string Type, string? ArchiveId, string? Description, ArchiveRetrievalTier? Tier, ByteRange? RetrievalByteRange);

internal sealed record WireTags([property: JsonRequired] IReadOnlyDictionary<string, string> Tags);

internal sealed record WireTagKeys(IReadOnlyList<string> TagKeys);

internal sealed record WirePolicy([property: JsonRequired] string Policy);

internal sealed record WireDataRetrievalPolicy([property: JsonRequired] DataRetrievalRules Policy);

internal sealed record DataRetrievalRules([property: JsonRequired] IReadOnlyList<DataRetrievalRule> Rules);

internal sealed record WireCapacityList([property: JsonRequired] IReadOnlyList<ProvisionedCapacity> ProvisionedCapacityList);

internal sealed record WireError(
    [property: JsonPropertyName("code")] string? Code,
    [property: JsonPropertyName("message")] string? Message);

internal sealed class ByteRangeConverter : JsonConverter<ByteRange>
{
    public override ByteRange Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ByteRange.TryParse(reader.GetString(), out var range)
            ? range
            : throw new JsonException("A byte range must have the form first-last.");

    public override void Write(Utf8JsonWriter writer, ByteRange value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
