using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansUploads.Engine.Contracts;

/// <summary>Writes the answer without members as <c>true</c>.</summary>
internal sealed class DoneConverter : JsonConverter<Done>
{
    public override Done Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetBoolean() ? Done.Instance : throw new JsonException("Expected true.");

    public override void Write(Utf8JsonWriter writer, Done value, JsonSerializerOptions options) =>
        writer.WriteBooleanValue(true);
}
