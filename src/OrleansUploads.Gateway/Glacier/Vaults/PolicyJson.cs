using System.Text.Json.Serialization;
using OrleansUploads.Gateway.Glacier.Protocol;

namespace OrleansUploads.Gateway.Glacier.Vaults;

/// <summary>The JSON documents about policies and locks.</summary>
[JsonSerializable(typeof(SetPolicyRequest))]
[JsonSerializable(typeof(AccessPolicyDocument))]
[JsonSerializable(typeof(LockDocument))]
internal sealed partial class PolicyJson : JsonSerializerContext
{
    public static PolicyJson Documents { get; } = new(JsonBody.CreateOptions());
}
