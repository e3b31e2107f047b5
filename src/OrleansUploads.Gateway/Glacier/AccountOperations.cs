using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using OrleansUploads.Core.Accounts;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>GetDataRetrievalPolicy, SetDataRetrievalPolicy, ListProvisionedCapacity, PurchaseProvisionedCapacity.</summary>
internal static class AccountOperations
{
    public static async ValueTask<FrontAnswer> GetRetrievalPolicyAsync(GlacierCall call)
    {
        var policy = await call.AskAsync(call.Account.Entity, new FindDataRetrievalPolicy());
        return GlacierJson.Answer(DataRetrievalPolicyDocument.From(policy));
    }

    public static async ValueTask<FrontAnswer> SetRetrievalPolicyAsync(GlacierCall call)
    {
        var policy = RetrievalPolicyBody.Read(call.Document);
        await call.AskAsync(call.Account.Entity, new SetDataRetrievalPolicy(policy));
        return FrontAnswer.NoContent();
    }

    /// <summary>Lists the units that have not expired.</summary>
    public static async ValueTask<FrontAnswer> ListCapacityAsync(GlacierCall call)
    {
        var units = await call.AskAsync(call.Account.Entity, new ListCapacity());
        return GlacierJson.Answer(new CapacityListDocument([.. units.Units.Select(CapacityDocument.From)]));
    }

    public static async ValueTask<FrontAnswer> PurchaseCapacityAsync(GlacierCall call)
    {
        var unit = await call.AskAsync(call.Account.Entity, new PurchaseCapacity(call.Services.Ids.NewCapacity()));
        return FrontAnswer.Created((GlacierHeaders.CapacityId, unit.Capacity.ToString()));
    }
}

internal static class RetrievalPolicyBody
{
    private const string Strategies = "It must be 'None', 'FreeTier' or 'BytesPerHour'.";

    public static DataRetrievalPolicy Read(ReadOnlyMemory<byte> body)
    {
        var document = GlacierJson.Read<SetDataRetrievalPolicyRequest>(body, "a data retrieval policy");
        return document switch
        {
            { Policy: null } => throw GlacierError.Missing("Policy"),
            { Policy.Rules: null or [null] } => throw GlacierError.Missing("Rules"),
            { Policy.Rules: [{ } rule] } => Read(rule),
            { Policy.Rules.Count: var count } => throw GlacierError.Invalid(
                $"Invalid Rules: there are {count}, and a policy has exactly one."),
        };
    }

    private static DataRetrievalPolicy Read(RetrievalRuleRequest rule)
    {
        JsonElement? limit = rule.BytesPerHour is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } number ? number : null;
        return rule.Strategy switch
        {
            null => throw GlacierError.Missing("Strategy"),
            nameof(RetrievalStrategy.None) or nameof(RetrievalStrategy.FreeTier) when limit is { } unwanted => throw GlacierError.Invalid(
                $"Invalid BytesPerHour: {TextOf(unwanted)}. The strategy {rule.Strategy} does not have this field."),
            nameof(RetrievalStrategy.None) => DataRetrievalPolicy.Unlimited,
            nameof(RetrievalStrategy.FreeTier) => new DataRetrievalPolicy(RetrievalStrategy.FreeTier, null),
            nameof(RetrievalStrategy.BytesPerHour) => new DataRetrievalPolicy(
                RetrievalStrategy.BytesPerHour, ReadLimit(limit ?? throw GlacierError.Missing("BytesPerHour"))),
            _ => throw GlacierError.Invalid($"Invalid Strategy: {rule.Strategy}. {Strategies}"),
        };
    }

    private static long ReadLimit(JsonElement limit) =>
        limit.ValueKind == JsonValueKind.Number && limit.TryGetInt64(out var bytes) && bytes >= 1
            ? bytes
            : throw GlacierError.Invalid(
                $"Invalid BytesPerHour: {TextOf(limit)}. It must be a whole number from 1 to {long.MaxValue}.");

    /// <summary>The value as it was sent. It may contain invalid UTF-8, because its characters have not been checked.</summary>
    private static string TextOf(JsonElement limit) => Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(limit));
}

/// <summary>A unit of provisioned capacity in the response of ListProvisionedCapacity.</summary>
internal sealed record CapacityDocument(string CapacityId, DateTimeOffset ExpirationDate, DateTimeOffset StartDate)
{
    public static CapacityDocument From(CapacityUnit unit) =>
        new(unit.Capacity.ToString(), unit.ExpiresAt, unit.StartAt);
}

internal sealed record CapacityListDocument(IReadOnlyList<CapacityDocument> ProvisionedCapacityList);

internal sealed record DataRetrievalPolicyDocument(RetrievalRulesDocument Policy)
{
    public static DataRetrievalPolicyDocument From(DataRetrievalPolicy policy) =>
        new(new RetrievalRulesDocument([new RetrievalRuleDocument(policy.BytesPerHour, policy.Strategy.ToString())]));
}

/// <summary>The rules of a data retrieval policy. There is exactly one.</summary>
internal sealed record RetrievalRulesDocument(IReadOnlyList<RetrievalRuleDocument> Rules);

/// <summary>The rule of a data retrieval policy.</summary>
/// <param name="BytesPerHour">Only for the strategy of the same name.</param>
/// <param name="Strategy">A name of <see cref="RetrievalStrategy"/>.</param>
internal sealed record RetrievalRuleDocument(long? BytesPerHour, string Strategy);

internal sealed record SetDataRetrievalPolicyRequest
{
    /// <summary>Required.</summary>
    public RetrievalRulesRequest? Policy { get; init; }
}

internal sealed record RetrievalRulesRequest
{
    /// <summary>Required; exactly one.</summary>
    public List<RetrievalRuleRequest?>? Rules { get; init; }
}

internal sealed record RetrievalRuleRequest
{
    /// <summary>Required.</summary>
    public string? Strategy { get; init; }

    /// <summary>A number, for the strategy of the same name.</summary>
    public JsonElement? BytesPerHour { get; init; }
}
