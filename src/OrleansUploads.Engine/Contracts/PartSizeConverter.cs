using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansUploads.Engine.Contracts;

/// <summary>Writes a part size as its number of bytes.</summary>
internal sealed class PartSizeConverter : JsonConverter<PartSize>
{
    public override PartSize Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var bytes = reader.GetInt64();
        return PartSize.TryCreate(bytes, out var size) ? size : throw new JsonException($"{bytes} is not a valid part size.");
    }

    public override void Write(Utf8JsonWriter writer, PartSize value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.Bytes);
}
