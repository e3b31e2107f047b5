using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Gateway.Glacier.Protocol;

namespace OrleansUploads.Gateway.Glacier.Vaults;

/// <summary>Reads the request body of SetDataRetrievalPolicy.</summary>
internal static class RetrievalPolicyBody
{
    private const string Strategies = "It must be 'None', 'FreeTier' or 'BytesPerHour'.";

    /// <summary>Reads and checks the body.</summary>
    public static bool TryRead(
        ReadOnlyMemory<byte> body,
        [NotNullWhen(true)] out DataRetrievalPolicy? policy,
        [NotNullWhen(false)] out GlacierError? error)
    {
        policy = null;
        try
        {
            var document = body.IsEmpty
                ? null
                : JsonSerializer.Deserialize(body.Span, AccountJson.Documents.SetDataRetrievalPolicyRequest);
            error = document switch
            {
                null => GlacierError.Missing("Request body"),
                { Policy: null } => GlacierError.Missing("Policy"),
                { Policy.Rules: null } => GlacierError.Missing("Rules"),
                { Policy.Rules: [{ } rule] } => Check(rule, out policy),
                { Policy.Rules: [null] } => GlacierError.Missing("Rules"),
                { Policy.Rules.Count: var count } =>
                    GlacierError.Invalid($"Invalid Rules: there are {count}, and a policy has exactly one."),
            };
        }
        catch (JsonException malformed)
        {
            error = GlacierError.NotReadable("a data retrieval policy", malformed);
        }

        return error is null && policy is not null;
    }

    private static GlacierError? Check(RetrievalRuleRequest rule, out DataRetrievalPolicy? policy)
    {
        policy = null;
        var limit = rule.BytesPerHour is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } number
            ? number
            : default(JsonElement?);
        switch (rule.Strategy)
        {
            case null:
                return GlacierError.Missing("Strategy");
            case nameof(RetrievalStrategy.None) or nameof(RetrievalStrategy.FreeTier) when limit is not null:
                return GlacierError.Invalid(
                    $"Invalid BytesPerHour: {TextOf(limit.Value)}. The strategy {rule.Strategy} does not have this field.");
            case nameof(RetrievalStrategy.None):
                policy = DataRetrievalPolicy.Unlimited;
                return null;
            case nameof(RetrievalStrategy.FreeTier):
                policy = new DataRetrievalPolicy(RetrievalStrategy.FreeTier, null);
                return null;
            case nameof(RetrievalStrategy.BytesPerHour) when limit is null:
                return GlacierError.Missing("BytesPerHour");
            case nameof(RetrievalStrategy.BytesPerHour):
                if (limit.Value.ValueKind != JsonValueKind.Number || !limit.Value.TryGetInt64(out var bytes) || bytes < 1)
                {
                    return GlacierError.Invalid(
                        $"Invalid BytesPerHour: {TextOf(limit.Value)}. It must be a whole number from 1 to "
                        + $"{long.MaxValue}.");
                }

                policy = new DataRetrievalPolicy(RetrievalStrategy.BytesPerHour, bytes);
                return null;
            default:
                return GlacierError.Invalid($"Invalid Strategy: {rule.Strategy}. {Strategies}");
        }
    }

    /// <summary>The value as it was sent. It may contain invalid UTF-8, because its characters have not been checked.</summary>
    private static string TextOf(JsonElement limit) => Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(limit));
}
