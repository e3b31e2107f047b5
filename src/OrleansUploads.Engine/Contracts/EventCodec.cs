using System.Text.Json;

namespace OrleansUploads.Engine.Contracts;

/// <summary>Writes events as journal records (<see cref="RecordWriter"/>) and reads them back.</summary>
internal static class EventCodec
{
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
