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
        var text = JsonBody.Read(call.Document, VaultJson.Documents.SetPolicyRequest, "a policy").Policy
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

/// <summary>Errors about a policy, or because of one.</summary>
internal static class PolicyErrors
{
    /// <summary>The name of a kind of policy in messages.</summary>
    public static string Name(PolicyKind kind) => kind switch
    {
        PolicyKind.Access => "access policy",
        PolicyKind.Lock => "lock policy",
    };

    /// <summary>A statement of a policy denies the request.</summary>
    public static GlacierError Denied(PolicyVerdict.Denied verdict, PolicyRequest request, string arn) => GlacierError.AccessDenied(
        $"{request.CallerArn} is not authorized to perform {request.ActionName} on {arn}: {verdict.Statement} of "
        + $"the vault's {Name(verdict.Kind)} denies it.");

    /// <summary>The policy is too long.</summary>
    public static GlacierError TooLong(PolicyKind kind, int bytes) => GlacierError.LimitExceeded(
        $"The {Name(kind)} has {bytes} bytes, and a policy has at most {Limits.MaxPolicyBytes}.");

    /// <summary>The policy cannot be enforced.</summary>
    public static GlacierError NotEnforceable(PolicyKind kind, string flaw) =>
        GlacierError.Invalid($"The specified vault {Name(kind)} is invalid. {flaw}");

    /// <summary>A lock policy has a condition on a key that no request has a value for. A negated condition on it would hold for every
    /// request, and a lock is permanent.</summary>
    public static GlacierError AlwaysAbsent(PolicyKind kind, PolicyStatement statement, string key) => NotEnforceable(
        kind,
        $"In {statement}: the condition key '{key}' is absent from every request to this server, and a completed lock is "
        + "permanent. Use an access policy, or remove the condition.");

    /// <summary>A statement names only other vaults, so it would never apply.</summary>
    public static GlacierError AboutOthers(PolicyKind kind, PolicyStatement statement, string arn) =>
        NotEnforceable(kind, $"In {statement}: the resource is not this vault, {arn}, so the statement would never apply.");
}
