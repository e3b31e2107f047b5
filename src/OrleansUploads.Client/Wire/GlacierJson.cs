using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansUploads.Client.Wire;

/// <summary>The JSON documents of the protocol.</summary>
[JsonSourceGenerationOptions(
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TreeHashConverter), typeof(ByteRangeConverter)])]
[JsonSerializable(typeof(Vault))]
[JsonSerializable(typeof(VaultListDocument))]
[JsonSerializable(typeof(UploadListDocument))]
[JsonSerializable(typeof(PartListDocument))]
[JsonSerializable(typeof(Job))]
[JsonSerializable(typeof(JobListDocument))]
[JsonSerializable(typeof(JobParametersDocument))]
[JsonSerializable(typeof(InventoryEntry))]
[JsonSerializable(typeof(TagsDocument))]
[JsonSerializable(typeof(TagKeysDocument))]
[JsonSerializable(typeof(PolicyDocument))]
[JsonSerializable(typeof(VaultLock))]
[JsonSerializable(typeof(VaultNotifications))]
[JsonSerializable(typeof(DataRetrievalPolicyDocument))]
[JsonSerializable(typeof(CapacityListDocument))]
[JsonSerializable(typeof(ErrorDocument))]
internal sealed partial class GlacierJson : JsonSerializerContext;

internal sealed record VaultListDocument([property: JsonRequired] IReadOnlyList<Vault> VaultList, string? Marker);

internal sealed record UploadListDocument(
    [property: JsonRequired] IReadOnlyList<MultipartUpload> UploadsList, string? Marker);

internal sealed record PartListDocument(
    [property: JsonRequired, JsonPropertyName("PartSizeInBytes")] long PartSizeBytes,
    [property: JsonRequired] IReadOnlyList<UploadedPart> Parts,
    string? Marker);

internal sealed record JobListDocument([property: JsonRequired] IReadOnlyList<Job> JobList, string? Marker);

internal sealed record JobParametersDocument(
    string Type, string? ArchiveId, string? Description, RetrievalTier? Tier, ByteRange? RetrievalByteRange);

internal sealed record TagsDocument([property: JsonRequired] IReadOnlyDictionary<string, string> Tags);

internal sealed record TagKeysDocument(IReadOnlyList<string> TagKeys);

internal sealed record PolicyDocument([property: JsonRequired] string Policy);

internal sealed record DataRetrievalPolicyDocument([property: JsonRequired] DataRetrievalRules Policy);

internal sealed record DataRetrievalRules([property: JsonRequired] IReadOnlyList<DataRetrievalPolicy> Rules);

internal sealed record CapacityListDocument([property: JsonRequired] IReadOnlyList<ProvisionedCapacity> ProvisionedCapacityList);

internal sealed record ErrorDocument(
    [property: JsonPropertyName("code")] string? Code,
    [property: JsonPropertyName("message")] string? Message);

internal sealed class TreeHashConverter : JsonConverter<TreeHash>
{
    public override TreeHash Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TreeHash.TryParse(reader.GetString(), out var hash)
            ? hash
            : throw new JsonException("A tree hash must have 64 hex digits.");

    public override void Write(Utf8JsonWriter writer, TreeHash value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}

internal sealed class ByteRangeConverter : JsonConverter<ByteRange>
{
    public override ByteRange Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ByteRange.TryParse(reader.GetString(), out var range)
            ? range
            : throw new JsonException("A byte range must have the form first-last.");

    public override void Write(Utf8JsonWriter writer, ByteRange value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
