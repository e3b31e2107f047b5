using System.Text.Json.Serialization;

namespace OrleansUploads.Client.Wire;

/// <summary>The JSON documents of parts that are written straight into the store.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(ByteRangeConverter)])]
[JsonSerializable(typeof(WireRangesToGrant))]
[JsonSerializable(typeof(WireGrantList))]
[JsonSerializable(typeof(WireWrittenParts))]
[JsonSerializable(typeof(WireVerdictList))]
internal sealed partial class DirectWriteJson : JsonSerializerContext;

internal sealed record WireRangesToGrant(IReadOnlyList<ByteRange> Parts, int? AtMost);

internal sealed record WireGrantList([property: JsonRequired] IReadOnlyList<DirectGrant> Grants);

internal sealed record WireWrittenParts(IReadOnlyList<DirectPart> Parts);

internal sealed record WireVerdictList([property: JsonRequired] IReadOnlyList<DirectVerdict> Parts);
