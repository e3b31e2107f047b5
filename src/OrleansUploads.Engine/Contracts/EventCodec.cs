using System.Buffers;
using System.Text.Json;

namespace OrleansUploads.Engine.Contracts;

/// <summary>Writes events as journal records and reads them back. A record is a JSON array of events; each event is an array of the
/// name of its shape and an object with its members.</summary>
internal static class EventCodec
{
    /// <summary>Starts a record. <see cref="End"/> takes the writer back.</summary>
    public static Utf8JsonWriter Begin(IBufferWriter<byte> record)
    {
        var writer = RecordWriters.Take(record);
        writer.WriteStartArray();
        return writer;
    }

    /// <summary>Adds an event to a record.</summary>
    /// <exception cref="ArgumentException">The type of the event has no name.</exception>
    public static void Write(Utf8JsonWriter writer, object happened)
    {
        if (!ShapeNames.Core.TryFind(happened, out var name, out var json))
        {
            throw new ArgumentException($"{happened.GetType().Name} cannot be stored, because it has no name.", nameof(happened));
        }

        writer.WriteStartArray();
        writer.WriteStringValue(name);
        JsonSerializer.Serialize(writer, happened, json);
        writer.WriteEndArray();
    }

    /// <summary>Ends a record. The writer must not be used afterwards.</summary>
    public static void End(Utf8JsonWriter writer)
    {
        writer.WriteEndArray();
        writer.Flush();
        RecordWriters.Return(writer);
    }

    /// <summary>Writes events as one record.</summary>
    /// <exception cref="ArgumentException">The type of an event has no name.</exception>
    public static ReadOnlyMemory<byte> Encode(IEnumerable<object> events)
    {
        var record = new ArrayBufferWriter<byte>(1024);
        var writer = Begin(record);
        foreach (var happened in events)
        {
            Write(writer, happened);
        }

        End(writer);
        return record.WrittenMemory;
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
            Expect(ref reader, JsonTokenType.String);
            var name = reader.GetString()!;
            if (!ShapeNames.Core.TryFind(name, out var shape) || !shape.Type.IsAssignableTo(typeof(TEvent)))
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
}
