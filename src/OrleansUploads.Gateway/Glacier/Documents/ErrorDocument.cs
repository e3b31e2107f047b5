using System.Text.Json.Serialization;

namespace OrleansUploads.Gateway.Glacier.Documents;

/// <summary>The body of every error.</summary>
internal sealed record ErrorDocument(
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("type")] string Type);
