using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansUploads.Gateway.Glacier.Documents;

/// <summary>Writes times as <see cref="GlacierDate"/> has them.</summary>
internal sealed class GlacierDateConverter : JsonConverter<DateTimeOffset>
{
    /// <inheritdoc/>
    /// <remarks>No document that is read has a time.</remarks>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(GlacierDate.Format(value));
}
