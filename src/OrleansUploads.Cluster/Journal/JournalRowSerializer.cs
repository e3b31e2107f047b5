using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans.Storage;

namespace OrleansUploads.Cluster.Journal;

/// <summary>Writes heads and rows as JSON. All other state is left to the serializer that the storage provider would use.</summary>
/// <remarks>The default serializer of Orleans' providers finds the members by reflection each time and makes a long string of each row: a
/// quarter of the processor time of a part report, and garbage that only a full collection removes.</remarks>
internal sealed class JournalRowSerializer(IGrainStorageSerializer others) : IGrainStorageSerializer
{
    public BinaryData Serialize<T>(T? input) => input switch
    {
        JournalHead head => new BinaryData(JsonSerializer.SerializeToUtf8Bytes(head, JournalRowJson.Default.JournalHead)),
        JournalRow row => new BinaryData(JsonSerializer.SerializeToUtf8Bytes(row, JournalRowJson.Default.JournalRow)),
        _ => others.Serialize(input),
    };

    public T? Deserialize<T>(BinaryData input) =>
        typeof(T) == typeof(JournalHead) ? (T?)(object?)JsonSerializer.Deserialize(input, JournalRowJson.Default.JournalHead)
        : typeof(T) == typeof(JournalRow) ? (T?)(object?)JsonSerializer.Deserialize(input, JournalRowJson.Default.JournalRow)
        : others.Deserialize<T>(input);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JournalHead))]
[JsonSerializable(typeof(JournalRow))]
internal sealed partial class JournalRowJson : JsonSerializerContext;
