using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using OrleansUploads.Core.Policies;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Gateway.Glacier.Protocol;

namespace OrleansUploads.Gateway.Glacier.Vaults;

/// <summary>Reads the request body of the operations that set a policy.</summary>
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
        if (!TryParse(call.Document, out var text, out error))
        {
            return false;
        }

        error = Check(text, kind, call.Arn);
        if (error is not null)
        {
            return false;
        }

        policy = new VaultPolicy(text, call.Arn);
        return true;
    }

    private static bool TryParse(
        ReadOnlyMemory<byte> document,
        [NotNullWhen(true)] out string? text,
        [NotNullWhen(false)] out GlacierError? error)
    {
        text = null;
        try
        {
            var body = document.IsEmpty
                ? null
                : JsonSerializer.Deserialize(document.Span, PolicyJson.Documents.SetPolicyRequest);
            text = body?.Policy;
            error = text is null ? GlacierError.Missing(body is null ? "Request body" : "Policy") : null;
        }
        catch (JsonException malformed)
        {
            error = GlacierError.NotReadable("a policy", malformed);
        }

        return error is null && text is not null;
    }

    private static GlacierError? Check(string policy, PolicyKind kind, string arn)
    {
        if (Encoding.UTF8.GetByteCount(policy) is var bytes and > Limits.MaxPolicyBytes)
        {
            return PolicyErrors.TooLong(kind, bytes);
        }

        try
        {
            var document = PolicyDocument.Parse(policy);
            return document.FindStatementForOtherVaults(arn) is { } statement ? PolicyErrors.AboutOthers(kind, statement, arn)
                : kind == PolicyKind.Lock && document.FindAlwaysAbsentKey() is var (absent, key)
                    ? PolicyErrors.AlwaysAbsent(kind, absent, key)
                : null;
        }
        catch (PolicyFormatException flaw)
        {
            return PolicyErrors.NotEnforceable(kind, flaw.Message);
        }
    }
}
