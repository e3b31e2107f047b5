using OrleansUploads.Core;
using OrleansUploads.Core.Policies;
using OrleansUploads.Gateway.Glacier.Errors;

namespace OrleansUploads.Gateway.Glacier.Policies;

/// <summary>How the protocol tells what is wrong with a policy, or what a policy is against.</summary>
internal static class PolicyErrors
{
    /// <summary>What people call a kind of policy.</summary>
    public static string Name(PolicyKind kind) => kind switch
    {
        PolicyKind.Access => "access policy",
        PolicyKind.Lock => "lock policy",
    };

    /// <summary>A statement of a policy is against the request.</summary>
    public static GlacierError Denied(PolicyVerdict.Denied verdict, PolicyRequest request, string arn) => GlacierError.AccessDenied(
        $"{request.CallerArn} is not authorized to perform {request.Action} on {arn}: {verdict.Statement} of "
        + $"the vault's {Name(verdict.Kind)} denies it.");

    /// <summary>The policy is longer than one may be.</summary>
    public static GlacierError TooLong(PolicyKind kind, int bytes) => new(
        StatusCodes.Status400BadRequest,
        ErrorCode.LimitExceeded,
        $"The {Name(kind)} has {bytes} bytes, and a policy has at most {Limits.MaxPolicyBytes}.");

    /// <summary>The policy cannot be enforced.</summary>
    public static GlacierError NotEnforceable(PolicyKind kind, string flaw) =>
        GlacierError.Invalid($"The specified vault {Name(kind)} is invalid. {flaw}");

    /// <summary>A statement speaks of other vaults only, so it would never apply.</summary>
    public static GlacierError AboutOthers(PolicyKind kind, PolicyStatement statement, string arn) =>
        NotEnforceable(kind, $"In {statement}: the resource is not this vault, {arn}, so the statement would never apply.");
}
