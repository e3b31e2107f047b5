using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using OrleansUploads.Core;
using OrleansUploads.Core.Policies;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Gateway.Glacier.Documents;
using OrleansUploads.Gateway.Glacier.Errors;

namespace OrleansUploads.Gateway.Glacier.Policies;

/// <summary>Reads the body of the operations that set a policy.</summary>
internal static class PolicyBody
{
    /// <summary>Reads the policy and checks that it can be enforced.</summary>
    public static bool TryRead(
        GlacierCall call,
        PolicyKind kind,
        [NotNullWhen(true)] out VaultPolicy? policy,
        [NotNullWhen(false)] out GlacierError? error)
    {
        policy = null;
        try
        {
            var body = call.Document.IsEmpty
                ? null
                : JsonSerializer.Deserialize(call.Document.Span, GlacierJson.Documents.PolicyToSet);
            error = body is null ? GlacierError.Missing("Request body")
                : body.Policy is null ? GlacierError.Missing("Policy")
                : RefusalOf(body.Policy, kind, call.Arn);
            policy = error is null ? new VaultPolicy(body!.Policy!, call.Arn) : null;
        }
        catch (JsonException malformed)
        {
            error = GlacierError.NotReadable($"The body is not the JSON object of a policy: {malformed.Message}");
        }

        return error is null && policy is not null;
    }

    private static GlacierError? RefusalOf(string policy, PolicyKind kind, string arn)
    {
        if (Encoding.UTF8.GetByteCount(policy) is var bytes and > Limits.MaxPolicyBytes)
        {
            return PolicyErrors.TooLong(kind, bytes);
        }

        try
        {
            return PolicyDocument.Parse(policy).FindStatementAboutOthers(arn) is { } statement
                ? PolicyErrors.AboutOthers(kind, statement, arn)
                : null;
        }
        catch (PolicyFormatException flaw)
        {
            return PolicyErrors.NotEnforceable(kind, flaw.Message);
        }
    }
}
