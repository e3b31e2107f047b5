using System.Text.Json;
using OrleansUploads.Core.Accounts;

namespace OrleansUploads.Gateway.Glacier.Documents;

/// <summary>The answer of GetDataRetrievalPolicy.</summary>
internal sealed record DataRetrievalPolicyDocument(RetrievalRulesDocument Policy)
{
    /// <summary>Shows how an account limits its retrievals.</summary>
    public static DataRetrievalPolicyDocument From(DataRetrievalPolicy policy) =>
        new(new RetrievalRulesDocument([new RetrievalRuleDocument(policy.BytesPerHour, policy.Strategy.ToString())]));
}

/// <summary>The rules of a data retrieval policy; there is exactly one.</summary>
internal sealed record RetrievalRulesDocument(IReadOnlyList<RetrievalRuleDocument> Rules);

/// <summary>The rule of a data retrieval policy.</summary>
/// <param name="BytesPerHour">Only the strategy of the same name has it.</param>
/// <param name="Strategy">A name of <see cref="RetrievalStrategy"/>.</param>
internal sealed record RetrievalRuleDocument(long? BytesPerHour, string Strategy);

/// <summary>The body of SetDataRetrievalPolicy.</summary>
internal sealed record DataRetrievalPolicyToSet
{
    /// <summary>Required.</summary>
    public RetrievalRulesToSet? Policy { get; init; }
}

/// <summary>The rules of a data retrieval policy.</summary>
internal sealed record RetrievalRulesToSet
{
    /// <summary>Required; exactly one.</summary>
    public List<RetrievalRuleToSet?>? Rules { get; init; }
}

/// <summary>The rule of a data retrieval policy.</summary>
internal sealed record RetrievalRuleToSet
{
    /// <summary>Required.</summary>
    public string? Strategy { get; init; }

    /// <summary>A number, for the strategy of the same name.</summary>
    public JsonElement? BytesPerHour { get; init; }
}
