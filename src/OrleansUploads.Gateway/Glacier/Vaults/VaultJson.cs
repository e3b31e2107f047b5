using System.Text.Json.Serialization;
using OrleansUploads.Gateway.Glacier.Protocol;

namespace OrleansUploads.Gateway.Glacier.Vaults;

/// <summary>The JSON documents about vaults and their tags.</summary>
[JsonSerializable(typeof(VaultDocument))]
[JsonSerializable(typeof(VaultListDocument))]
[JsonSerializable(typeof(TagListDocument))]
[JsonSerializable(typeof(AddTagsRequest))]
[JsonSerializable(typeof(RemoveTagsRequest))]
internal sealed partial class VaultJson : JsonSerializerContext
{
    public static VaultJson Documents { get; } = new(JsonBody.CreateOptions());
}
