using System.Text.Json.Serialization;
using OrleansUploads.Gateway.Glacier.Protocol;

namespace OrleansUploads.Gateway.Glacier.Multipart;

/// <summary>The JSON documents about multipart uploads.</summary>
[JsonSerializable(typeof(PartListDocument))]
[JsonSerializable(typeof(UploadListDocument))]
internal sealed partial class MultipartJson : JsonSerializerContext
{
    public static MultipartJson Documents { get; } = new(JsonBody.CreateOptions());
}
