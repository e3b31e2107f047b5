using System.Text;
using OrleansUploads.Core.Policies;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Gateway.Glacier.Protocol;

namespace OrleansUploads.Gateway.Glacier.Vaults;

/// <summary>Reads the request body of the operations that set a policy.</summary>
internal static class PolicyBody
{
    /// <summary>Reads the policy and checks that it can be enforced.</summary>
    public static VaultPolicy Read(GlacierCall call, PolicyKind kind)
    {
        var text = JsonBody.Read(call.Document, PolicyJson.Documents.SetPolicyRequest, "a policy").Policy
            ?? throw GlacierError.Missing("Policy").AsException();
        return Check(text, kind, call.Arn) is { } error ? throw error.AsException() : new VaultPolicy(text, call.Arn);
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
