using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Http.Fronts;

namespace OrleansUploads.Gateway.Glacier.Vaults;

/// <summary>GetDataRetrievalPolicy, SetDataRetrievalPolicy, ListProvisionedCapacity, PurchaseProvisionedCapacity.</summary>
internal sealed class AccountOperations(IEntityHost host, IdSource ids)
{
    /// <summary>Returns the account's data retrieval policy.</summary>
    public async ValueTask<FrontAnswer> GetRetrievalPolicyAsync(GlacierCall call)
    {
        var policy = await call.AskAsync(host, call.Account.Entity, new FindDataRetrievalPolicy());
        return new DocumentAnswer<DataRetrievalPolicyDocument>(
            DataRetrievalPolicyDocument.From(policy), VaultJson.Documents.DataRetrievalPolicyDocument);
    }

    /// <summary>Sets the account's data retrieval policy.</summary>
    public async ValueTask<FrontAnswer> SetRetrievalPolicyAsync(GlacierCall call)
    {
        var policy = RetrievalPolicyBody.Read(call.Document);
        await call.AskAsync(host, call.Account.Entity, new SetDataRetrievalPolicy(policy));
        return EmptyAnswer.NoContent();
    }

    /// <summary>Lists the units of provisioned capacity that have not expired.</summary>
    public async ValueTask<FrontAnswer> ListCapacityAsync(GlacierCall call)
    {
        var units = await call.AskAsync(host, call.Account.Entity, new ListCapacity());
        return new DocumentAnswer<CapacityListDocument>(
            new CapacityListDocument([.. units.Units.Select(CapacityDocument.From)]), VaultJson.Documents.CapacityListDocument);
    }

    /// <summary>Purchases a unit of provisioned capacity.</summary>
    public async ValueTask<FrontAnswer> PurchaseCapacityAsync(GlacierCall call)
    {
        var unit = await call.AskAsync(host, call.Account.Entity, new PurchaseCapacity(ids.NewCapacity()));
        return EmptyAnswer.Created((GlacierHeaders.CapacityId, unit.Capacity.ToString()));
    }
}

/// <summary>Reads the request body of SetDataRetrievalPolicy.</summary>
internal static class RetrievalPolicyBody
{
    private const string Strategies = "It must be 'None', 'FreeTier' or 'BytesPerHour'.";

    /// <summary>Reads and checks the body.</summary>
    public static DataRetrievalPolicy Read(ReadOnlyMemory<byte> body)
    {
        var document = JsonBody.Read(body, VaultJson.Documents.SetDataRetrievalPolicyRequest, "a data retrieval policy");
        return document switch
        {
            { Policy: null } => throw GlacierError.Missing("Policy").AsException(),
            { Policy.Rules: null or [null] } => throw GlacierError.Missing("Rules").AsException(),
            { Policy.Rules: [{ } rule] } => Read(rule),
            { Policy.Rules.Count: var count } => throw GlacierError.Invalid(
                $"Invalid Rules: there are {count}, and a policy has exactly one.").AsException(),
        };
    }

    private static DataRetrievalPolicy Read(RetrievalRuleRequest rule)
    {
        JsonElement? limit = rule.BytesPerHour is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } number ? number : null;
        return rule.Strategy switch
        {
            null => throw GlacierError.Missing("Strategy").AsException(),
            nameof(RetrievalStrategy.None) or nameof(RetrievalStrategy.FreeTier) when limit is { } unwanted => throw GlacierError.Invalid(
                $"Invalid BytesPerHour: {TextOf(unwanted)}. The strategy {rule.Strategy} does not have this field.").AsException(),
            nameof(RetrievalStrategy.None) => DataRetrievalPolicy.Unlimited,
            nameof(RetrievalStrategy.FreeTier) => new DataRetrievalPolicy(RetrievalStrategy.FreeTier, null),
            nameof(RetrievalStrategy.BytesPerHour) => new DataRetrievalPolicy(
                RetrievalStrategy.BytesPerHour, ReadLimit(limit ?? throw GlacierError.Missing("BytesPerHour").AsException())),
            _ => throw GlacierError.Invalid($"Invalid Strategy: {rule.Strategy}. {Strategies}").AsException(),
        };
    }

    private static long ReadLimit(JsonElement limit) =>
        limit.ValueKind == JsonValueKind.Number && limit.TryGetInt64(out var bytes) && bytes >= 1
            ? bytes
            : throw GlacierError.Invalid(
                $"Invalid BytesPerHour: {TextOf(limit)}. It must be a whole number from 1 to {long.MaxValue}.").AsException();

    /// <summary>The value as it was sent. It may contain invalid UTF-8, because its characters have not been checked.</summary>
    private static string TextOf(JsonElement limit) => Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(limit));
}
