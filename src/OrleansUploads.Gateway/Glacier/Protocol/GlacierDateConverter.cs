using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansUploads.Gateway.Glacier.Protocol;

/// <summary>Writes times in the format of <see cref="GlacierDate"/>.</summary>
internal sealed class GlacierDateConverter : JsonConverter<DateTimeOffset>
{
    /// <inheritdoc/>
    /// <remarks>No request document contains a time.</remarks>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(GlacierDate.Format(value));
}
