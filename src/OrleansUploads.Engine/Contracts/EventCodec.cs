using System.Buffers;
using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace OrleansUploads.Engine.Contracts;

/// <summary>Writes events as journal records and reads them back. A record is a JSON array of events; each event is an array of the
/// name of its shape and an object with its members.</summary>
internal sealed class EventCodec<TEvent>
    where TEvent : class
{
    private readonly FrozenDictionary<Type, StoredShape> _byType;
    private readonly FrozenDictionary<string, JsonTypeInfo> _byName;

    /// <summary>Creates a codec for the events of one kind of entity.</summary>
    /// <param name="events">All types of events, with their stored names.</param>
    /// <param name="options">The format of their members.</param>
    /// <exception cref="ArgumentException">A type or a name occurs twice.</exception>
    /// <exception cref="NotSupportedException">A type has no generated metadata.</exception>
    public EventCodec(IEnumerable<NamedShape> events, JsonSerializerOptions options)
    {
        _byType = events.ToDictionary(shape => shape.Type, shape => new StoredShape(shape, options)).ToFrozenDictionary();
        _byName = _byType.Values
            .SelectMany(stored => stored.Shape.Names.Select(name => (Name: name, stored.Json)))
            .ToDictionary(named => named.Name, named => named.Json)
            .ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The shapes that can be read, by the names under which they are stored.</summary>
    public IReadOnlyDictionary<string, JsonTypeInfo> Shapes => _byName;

    /// <summary>Starts a record. <see cref="End"/> takes the writer back.</summary>
    public static Utf8JsonWriter Begin(IBufferWriter<byte> record)
    {
        var writer = RecordWriters.Take(record);
        writer.WriteStartArray();
        return writer;
    }

    /// <summary>Adds an event to a record, under the name of the oldest version that has all members that the event uses.</summary>
    public void Write(Utf8JsonWriter writer, TEvent happened)
    {
        var stored = _byType[happened.GetType()];
        writer.WriteStartArray();
        writer.WriteStringValue(stored.Names[stored.Shape.VersionOf(happened)]);
        JsonSerializer.Serialize(writer, happened, stored.Json);
        writer.WriteEndArray();
    }

    /// <summary>Ends a record. The writer must not be used afterwards.</summary>
    public static void End(Utf8JsonWriter writer)
    {
        writer.WriteEndArray();
        writer.Flush();
        RecordWriters.Return(writer);
    }

    /// <summary>Reads a record's events.</summary>
    /// <exception cref="JsonException">The record is damaged or contains an event that this version of the program does not
    /// support.</exception>
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
                throw new JsonException($"Unknown event '{name}'. A newer version of the program may have written it.");
            }

            reader.Read();
            events.Add(JsonSerializer.Deserialize(ref reader, shape) as TEvent
                ?? throw new JsonException($"The event '{name}' has no body."));
            Expect(ref reader, JsonTokenType.EndArray);
        }

        return reader.TokenType == JsonTokenType.EndArray
            ? events
            : throw new JsonException("The record does not end with the end of its event list.");
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType expected)
    {
        if (!reader.Read() || reader.TokenType != expected)
        {
            throw new JsonException($"Expected {expected} at byte {reader.BytesConsumed}.");
        }
    }

    private sealed class StoredShape(NamedShape shape, JsonSerializerOptions options)
    {
        public NamedShape Shape { get; } = shape;

        public JsonEncodedText[] Names { get; } = [.. shape.Names.Select(name => JsonEncodedText.Encode(name))];

        public JsonTypeInfo Json { get; } = options.GetTypeInfo(shape.Type);
    }
}
