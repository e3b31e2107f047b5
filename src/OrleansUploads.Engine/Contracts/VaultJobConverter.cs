using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansUploads.Core.Jobs;

namespace OrleansUploads.Engine.Contracts;

/// <summary>Writes a job in a list as an object with one member. Its name is the message name of the job's kind; its value
/// is the job.</summary>
/// <remarks>The serializer's own polymorphism cannot write this format: it puts the kind inside the job.</remarks>
internal sealed class VaultJobConverter : JsonConverter<VaultJob>
{
    public override VaultJob Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        reader.Read();
        var name = reader.GetString();
        reader.Read();
        var job = name is not null && MessageNames.ByName.TryGetValue(name, out var json)
            ? JsonSerializer.Deserialize(ref reader, json) as VaultJob
            : null;
        reader.Read();
        return job ?? throw new JsonException($"'{name}' is not a kind of job.");
    }

    public override void Write(Utf8JsonWriter writer, VaultJob value, JsonSerializerOptions options)
    {
        if (!MessageNames.TryFind(value, out var name, out var json))
        {
            throw new JsonException($"{value.GetType().Name} is not a kind of job.");
        }

        writer.WriteStartObject();
        writer.WritePropertyName(name);
        JsonSerializer.Serialize(writer, value, json);
        writer.WriteEndObject();
    }
}
