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
    private readonly FrozenDictionary<Type, Stored> _byType;
    private readonly FrozenDictionary<string, JsonTypeInfo> _byName;

    public EventCodec(params (string Name, Type Shape)[] shapes)
        : this(
            shapes.ToDictionary(
                shape => shape.Shape,
                shape => new Stored(JsonEncodedText.Encode(shape.Name), StoredShapes.Of(shape.Shape), Wider: null)),
            shapes.ToDictionary(shape => shape.Name, shape => StoredShapes.Of(shape.Shape)))
    {
    }

    private EventCodec(IDictionary<Type, Stored> byType, IDictionary<string, JsonTypeInfo> byName)
    {
        _byType = byType.ToFrozenDictionary();
        _byName = byName.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The shapes that can be read, by the names under which they are stored.</summary>
    public IReadOnlyDictionary<string, JsonTypeInfo> Shapes => _byName;

    /// <summary>The same codec, with a second name for a shape that got more members. Events that do not use them go on
    /// under the first name; a version that does not know the second one refuses what it would misread.</summary>
    /// <param name="name">The second name.</param>
    /// <param name="isUsed">Whether an event uses what the first name's shape does not have.</param>
    public EventCodec<TEvent> Widened<T>(string name, Func<T, bool> isUsed)
        where T : TEvent
    {
        var narrow = _byType[typeof(T)];
        var wider = new WiderName(JsonEncodedText.Encode(name), happened => isUsed((T)happened));
        return new EventCodec<TEvent>(
            new Dictionary<Type, Stored>(_byType) { [typeof(T)] = narrow with { Wider = wider } },
            new Dictionary<string, JsonTypeInfo>(_byName) { [name] = narrow.Shape });
    }

    public static Utf8JsonWriter Begin(IBufferWriter<byte> record)
    {
        var writer = new Utf8JsonWriter(record, new JsonWriterOptions { SkipValidation = true });
        writer.WriteStartArray();
        return writer;
    }

    public void Write(Utf8JsonWriter writer, TEvent happened)
    {
        var stored = _byType[happened.GetType()];
        writer.WriteStartArray();
        writer.WriteStringValue(stored.Wider is { } wider && wider.IsUsed(happened) ? wider.Name : stored.Name);
        JsonSerializer.Serialize(writer, happened, stored.Shape);
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

    private sealed record Stored(JsonEncodedText Name, JsonTypeInfo Shape, WiderName? Wider);

    private sealed record WiderName(JsonEncodedText Name, Func<TEvent, bool> IsUsed);
}
