using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Gateway.Glacier.Protocol;

namespace OrleansUploads.Gateway.Glacier.Vaults;

/// <summary>A vault in the responses of DescribeVault and ListVaults.</summary>
internal sealed record VaultDocument(
    DateTimeOffset CreationDate,
    DateTimeOffset? LastInventoryDate,
    long NumberOfArchives,
    long SizeInBytes,
    string VaultARN,
    string VaultName)
{
    /// <summary>The document of a vault.</summary>
    public static VaultDocument From(VaultDescription vault, string region) => new(
        vault.CreatedAt,
        vault.LastInventoryAt,
        vault.Archives,
        vault.SizeBytes,
        VaultArn.Format(region, vault.Incarnation.Id),
        vault.Incarnation.Id.Name.ToString());
}

/// <summary>The response of ListVaults.</summary>
internal sealed record VaultListDocument(string? Marker, IReadOnlyList<VaultDocument> VaultList);

/// <summary>The response of ListTagsForVault.</summary>
internal sealed record TagListDocument(IReadOnlyDictionary<string, string> Tags);

/// <summary>The body of AddTagsToVault.</summary>
internal sealed record AddTagsRequest
{
    /// <summary>The values by key; required.</summary>
    public Dictionary<string, string?>? Tags { get; init; }
}

/// <summary>The body of RemoveTagsFromVault.</summary>
internal sealed record RemoveTagsRequest
{
    /// <summary>The keys; required.</summary>
    public List<string?>? TagKeys { get; init; }
}

/// <summary>A unit of provisioned capacity in the response of ListProvisionedCapacity.</summary>
internal sealed record CapacityDocument(string CapacityId, DateTimeOffset ExpirationDate, DateTimeOffset StartDate)
{
    /// <summary>The document of a unit.</summary>
    public static CapacityDocument From(CapacityUnit unit) =>
        new(unit.Capacity.ToString(), unit.ExpiresAt, unit.StartAt);
}

/// <summary>The response of ListProvisionedCapacity.</summary>
internal sealed record CapacityListDocument(IReadOnlyList<CapacityDocument> ProvisionedCapacityList);

/// <summary>The body of SetVaultAccessPolicy and InitiateVaultLock.</summary>
internal sealed record SetPolicyRequest
{
    /// <summary>The policy: JSON, as a string. Required.</summary>
    public string? Policy { get; init; }
}

/// <summary>The response of GetVaultAccessPolicy.</summary>
internal sealed record AccessPolicyDocument(string Policy);

/// <summary>The response of GetVaultLock.</summary>
internal sealed record LockDocument(
    string Policy, string State, DateTimeOffset? ExpirationDate, DateTimeOffset CreationDate)
{
    /// <summary>The document of a lock.</summary>
    public static LockDocument From(VaultLock held) =>
        new(held.Policy.Text, held.IsLocked ? "Locked" : "InProgress", held.ExpiresAt, held.CreatedAt);
}

/// <summary>The response of GetDataRetrievalPolicy.</summary>
internal sealed record DataRetrievalPolicyDocument(RetrievalRulesDocument Policy)
{
    /// <summary>The document of a data retrieval policy.</summary>
    public static DataRetrievalPolicyDocument From(DataRetrievalPolicy policy) =>
        new(new RetrievalRulesDocument([new RetrievalRuleDocument(policy.BytesPerHour, policy.Strategy.ToString())]));
}

/// <summary>The rules of a data retrieval policy. There is exactly one.</summary>
internal sealed record RetrievalRulesDocument(IReadOnlyList<RetrievalRuleDocument> Rules);

/// <summary>The rule of a data retrieval policy.</summary>
/// <param name="BytesPerHour">Only for the strategy of the same name.</param>
/// <param name="Strategy">A name of <see cref="RetrievalStrategy"/>.</param>
internal sealed record RetrievalRuleDocument(long? BytesPerHour, string Strategy);

/// <summary>The body of SetDataRetrievalPolicy.</summary>
internal sealed record SetDataRetrievalPolicyRequest
{
    /// <summary>Required.</summary>
    public RetrievalRulesRequest? Policy { get; init; }
}

/// <summary>The rules of a data retrieval policy.</summary>
internal sealed record RetrievalRulesRequest
{
    /// <summary>Required; exactly one.</summary>
    public List<RetrievalRuleRequest?>? Rules { get; init; }
}

/// <summary>The rule of a data retrieval policy.</summary>
internal sealed record RetrievalRuleRequest
{
    /// <summary>Required.</summary>
    public string? Strategy { get; init; }

    /// <summary>A number, for the strategy of the same name.</summary>
    public JsonElement? BytesPerHour { get; init; }
}

/// <summary>The JSON documents about vaults, their tags, policies and locks, and about account settings.</summary>
[JsonSerializable(typeof(VaultDocument))]
[JsonSerializable(typeof(VaultListDocument))]
[JsonSerializable(typeof(TagListDocument))]
[JsonSerializable(typeof(AddTagsRequest))]
[JsonSerializable(typeof(RemoveTagsRequest))]
[JsonSerializable(typeof(DataRetrievalPolicyDocument))]
[JsonSerializable(typeof(SetDataRetrievalPolicyRequest))]
[JsonSerializable(typeof(CapacityListDocument))]
[JsonSerializable(typeof(SetPolicyRequest))]
[JsonSerializable(typeof(AccessPolicyDocument))]
[JsonSerializable(typeof(LockDocument))]
internal sealed partial class VaultJson : JsonSerializerContext
{
    public static VaultJson Documents { get; } = new(JsonBody.CreateOptions());
}
