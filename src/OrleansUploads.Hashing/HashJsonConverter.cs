using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansUploads.Hashing;

/// <summary>Writes a hash to JSON as its hex digits, and reads them. <see cref="TreeHash"/> and <see cref="LinearHash"/> have it, so programs
/// need not name it.</summary>
/// <typeparam name="THash">The type of the hash.</typeparam>
public sealed class HashJsonConverter<THash> : JsonConverter<THash>
    where THash : struct, IParsable<THash>
{
    /// <inheritdoc/>
    public override THash Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        THash.TryParse(reader.GetString(), provider: null, out var hash) ? hash : throw new JsonException("A hash must have 64 hex digits.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, THash value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.ToString());
    }
}
