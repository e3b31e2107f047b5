using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansUploads.Engine.Contracts;

/// <summary>Writes a set of attempts as a list.</summary>
internal sealed class AttemptSetConverter : JsonConverter<IReadOnlySet<AttemptId>>
{
    private static readonly TextConverter<AttemptId> ElementConverter = new();

    public override IReadOnlySet<AttemptId> Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var attempts = new HashSet<AttemptId>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            attempts.Add(ElementConverter.Read(ref reader, typeof(AttemptId), options));
        }

        return attempts;
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlySet<AttemptId> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var attempt in value)
        {
            ElementConverter.Write(writer, attempt, options);
        }

        writer.WriteEndArray();
    }
}
