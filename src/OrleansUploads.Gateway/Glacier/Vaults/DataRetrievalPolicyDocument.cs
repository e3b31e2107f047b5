using System.Text.Json;
using OrleansUploads.Core.Accounts;

namespace OrleansUploads.Gateway.Glacier.Vaults;

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
