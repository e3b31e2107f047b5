using System.Text.Json.Serialization;
using OrleansUploads.Gateway.Glacier.Protocol;

namespace OrleansUploads.Gateway.Glacier.Vaults;

/// <summary>The JSON documents about account settings.</summary>
[JsonSerializable(typeof(DataRetrievalPolicyDocument))]
[JsonSerializable(typeof(SetDataRetrievalPolicyRequest))]
[JsonSerializable(typeof(CapacityListDocument))]
internal sealed partial class AccountJson : JsonSerializerContext
{
    public static AccountJson Documents { get; } = new(JsonBody.CreateOptions());
}
