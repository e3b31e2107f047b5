using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace OrleansUploads.Engine.Contracts;

/// <summary>Writes a table of senders as a list.</summary>
internal sealed class SenderTableConverter : JsonConverter<SenderTable>
{
    public override SenderTable Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var shape = ShapeIn(options);
        var senders = new List<Sender>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            senders.Add(JsonSerializer.Deserialize(ref reader, shape) ?? throw new JsonException("A sender is null."));
        }

        return SenderTable.Of(senders);
    }

    public override void Write(Utf8JsonWriter writer, SenderTable value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var sender in value.InOrder)
        {
            JsonSerializer.Serialize(writer, sender, ShapeIn(options));
        }

        writer.WriteEndArray();
    }

    private static JsonTypeInfo<Sender> ShapeIn(JsonSerializerOptions options) =>
        (JsonTypeInfo<Sender>)options.GetTypeInfo(typeof(Sender));
}
