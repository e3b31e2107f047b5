using System.Buffers;
using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OrleansUploads.Engine.Stored;

namespace OrleansUploads.Engine.Entities;

/// <summary>Writes events as journal records and reads them back. A record is a JSON array of events, each a pair of the
/// name under which its shape is stored and its members.</summary>
internal sealed class EventCodec<TEvent>
    where TEvent : class
{
    private readonly FrozenDictionary<Type, (JsonEncodedText Name, JsonTypeInfo Shape)> _byType;
    private readonly FrozenDictionary<string, JsonTypeInfo> _byName;

    public EventCodec(params (string Name, Type Shape)[] shapes)
    {
        _byType = shapes.ToFrozenDictionary(
            shape => shape.Shape, shape => (JsonEncodedText.Encode(shape.Name), ShapeOf(shape.Shape)));
        _byName = shapes.ToFrozenDictionary(
            shape => shape.Name, shape => ShapeOf(shape.Shape), StringComparer.Ordinal);
    }

    /// <summary>The shapes that can be read, by the names under which they are stored.</summary>
    public IReadOnlyDictionary<string, JsonTypeInfo> Shapes => _byName;

    public static Utf8JsonWriter Begin(IBufferWriter<byte> record)
    {
        var writer = new Utf8JsonWriter(record, new JsonWriterOptions { SkipValidation = true });
        writer.WriteStartArray();
        return writer;
    }

    public void Write(Utf8JsonWriter writer, TEvent happened)
    {
        var (name, shape) = _byType[happened.GetType()];
        writer.WriteStartArray();
        writer.WriteStringValue(name);
        JsonSerializer.Serialize(writer, happened, shape);
        writer.WriteEndArray();
    }

    public static void End(Utf8JsonWriter writer)
    {
        writer.WriteEndArray();
        writer.Flush();
        writer.Dispose();
    }

    /// <summary>Reads a record's events.</summary>
    /// <exception cref="JsonException">It is none, or holds an event that this version does not know.</exception>
    public List<TEvent> Decode(ReadOnlyMemory<byte> record)
    {
        var events = new List<TEvent>();
        var reader = new Utf8JsonReader(record.Span);
        Expect(ref reader, JsonTokenType.StartArray);
        while (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
        {
            Expect(ref reader, JsonTokenType.String);
            var name = reader.GetString()!;
            if (!_byName.TryGetValue(name, out var shape))
            {
                throw new JsonException($"There is an event '{name}', which this version does not know.");
            }

            reader.Read();
            events.Add(JsonSerializer.Deserialize(ref reader, shape) as TEvent
                ?? throw new JsonException($"The event '{name}' is empty."));
            Expect(ref reader, JsonTokenType.EndArray);
        }

        return reader.TokenType == JsonTokenType.EndArray
            ? events
            : throw new JsonException("The record does not end as a list of events does.");
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType expected)
    {
        if (!reader.Read() || reader.TokenType != expected)
        {
            throw new JsonException($"Expected {expected} at byte {reader.BytesConsumed}.");
        }
    }

    private static JsonTypeInfo ShapeOf(Type type) => StoredEventsJson.Default.GetTypeInfo(type)
        ?? throw new InvalidOperationException($"{type.Name} has no stored shape.");
}
