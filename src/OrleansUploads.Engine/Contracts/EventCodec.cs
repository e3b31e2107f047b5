using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace OrleansUploads.Engine.Contracts;

/// <summary>Writes events as journal records (<see cref="RecordWriter"/>) and reads them back.</summary>
internal static class EventCodec
{
    /// <summary>Writes a state as a snapshot: a record in which the state takes the place of the events.</summary>
    /// <exception cref="ArgumentException">The type of the state has no name.</exception>
    public static ReadOnlyMemory<byte> EncodeSnapshot(object state) => Encode([state]);

    /// <summary>Reads a snapshot.</summary>
    /// <exception cref="JsonException">The snapshot is damaged, or this version of the program does not support it.</exception>
    public static TState DecodeSnapshot<TState>(ReadOnlyMemory<byte> snapshot)
        where TState : class
    {
        var reader = new Utf8JsonReader(snapshot.Span);
        Expect(ref reader, JsonTokenType.StartArray);
        Expect(ref reader, JsonTokenType.StartArray);
        var shape = ReadShape(ref reader, typeof(TState));

        // A snapshot can be long. With the reader, the serializer would go through all of it to find its end, and then read it.
        var end = "]]"u8;
        var state = snapshot.Span[(int)reader.TokenStartIndex..];
        return state.EndsWith(end) && JsonSerializer.Deserialize(state[..^end.Length], shape) is TState read
            ? read
            : throw new JsonException("A snapshot is one state.");
    }

    /// <summary>Writes events as one record.</summary>
    /// <exception cref="ArgumentException">The type of an event has no name.</exception>
    public static ReadOnlyMemory<byte> Encode(IEnumerable<object> events)
    {
        var record = RecordWriter.Begin();
        foreach (var happened in events)
        {
            record.Write(happened);
        }

        return record.End();
    }

    /// <summary>Reads a record's events.</summary>
    /// <typeparam name="TEvent">The events of the entity that the record belongs to.</typeparam>
    /// <exception cref="JsonException">The record is damaged or contains an event that this version of the program does not
    /// support.</exception>
    public static List<TEvent> Decode<TEvent>(ReadOnlyMemory<byte> record)
        where TEvent : class
    {
        var events = new List<TEvent>();
        var reader = new Utf8JsonReader(record.Span);
        Expect(ref reader, JsonTokenType.StartArray);
        while (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
        {
            var shape = ReadShape(ref reader, typeof(TEvent));
            events.Add(JsonSerializer.Deserialize(ref reader, shape) as TEvent
                ?? throw new JsonException($"The event {shape.Type.Name} has no body."));
            Expect(ref reader, JsonTokenType.EndArray);
        }

        return reader.TokenType == JsonTokenType.EndArray
            ? events
            : throw new JsonException("The record does not end with the end of its event list.");
    }

    /// <summary>Reads the name of a shape, and goes to the value behind it.</summary>
    private static JsonTypeInfo ReadShape(ref Utf8JsonReader reader, Type expected)
    {
        Expect(ref reader, JsonTokenType.String);
        var name = reader.GetString()!;
        if (!ShapeNames.Core.TryFind(name, out var shape) || !shape.Type.IsAssignableTo(expected))
        {
            throw new JsonException($"Unknown event '{name}'. A newer version of the program may have written it.");
        }

        reader.Read();
        return shape;
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType expected)
    {
        if (!reader.Read() || reader.TokenType != expected)
        {
            throw new JsonException($"Expected {expected} at byte {reader.BytesConsumed}.");
        }
    }
}

/// <summary>Writes a journal record: a JSON array of events. Each event is an array of the name of its shape and an object with its
/// members.</summary>
/// <remarks>A thread uses one writer and its memory for all records, because it writes one at a time and most are short. So an entity in
/// memory holds no buffer.</remarks>
internal sealed class RecordWriter
{
    private const int MaxKeptBytes = 256 * 1024;

    [ThreadStatic]
    private static RecordWriter? _idle;

    private readonly ArrayBufferWriter<byte> _record;
    private readonly Utf8JsonWriter _json;

    private RecordWriter(ArrayBufferWriter<byte> record, Utf8JsonWriter json) => (_record, _json) = (record, json);

    /// <summary>Length of the record so far.</summary>
    public long LengthBytes => _json.BytesCommitted + _json.BytesPending;

    /// <summary>Begins a record. <see cref="End"/> ends it, on the same thread. A record that is not ended costs the thread a new
    /// writer.</summary>
    public static RecordWriter Begin()
    {
        var writer = _idle ?? Create();
        _idle = null;
        writer._json.WriteStartArray();
        return writer;
    }

    /// <summary>Adds an event.</summary>
    /// <exception cref="ArgumentException">The type of the event has no name.</exception>
    public void Write(object happened)
    {
        if (!ShapeNames.Core.TryFind(happened, out var name, out var json))
        {
            throw new ArgumentException($"{happened.GetType().Name} cannot be stored, because it has no name.", nameof(happened));
        }

        _json.WriteStartArray();
        _json.WriteStringValue(name);
        JsonSerializer.Serialize(_json, happened, json);
        _json.WriteEndArray();
    }

    /// <summary>Ends the record and returns it. The writer must not be used afterwards.</summary>
    public byte[] End()
    {
        _json.WriteEndArray();
        _json.Flush();
        var record = _record.WrittenSpan.ToArray();
        if (_record.Capacity <= MaxKeptBytes)
        {
            _record.ResetWrittenCount();
            _json.Reset();
            _idle = this;
        }

        return record;
    }

    private static RecordWriter Create()
    {
        var record = new ArrayBufferWriter<byte>();
        return new RecordWriter(record, new Utf8JsonWriter(record, new JsonWriterOptions { SkipValidation = true }));
    }
}
