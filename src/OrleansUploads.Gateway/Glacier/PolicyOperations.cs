using System.Text;
using OrleansUploads.Core.Policies;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Gateway.Glacier;

internal static class PolicyOperations
{
    /// <summary>Sets the policy and replaces the previous one.</summary>
    public static async ValueTask<FrontAnswer> SetPolicyAsync(GlacierCall call)
    {
        var policy = PolicyBody.Read(call, PolicyKind.Access);
        await call.AskAsync(call.Vault.Entity, new SetAccessPolicy(call.Vault, policy));
        return FrontAnswer.NoContent();
    }

    /// <summary>Returns the policy exactly as it was sent.</summary>
    public static async ValueTask<FrontAnswer> GetPolicyAsync(GlacierCall call)
    {
        var policy = await call.AskAsync(call.Vault.Entity, new FindAccessPolicy(call.Vault));
        return GlacierJson.Answer(new AccessPolicyDocument(policy.Text));
    }

    /// <summary>Deletes the policy. It is not an error if the vault has none.</summary>
    public static async ValueTask<FrontAnswer> DeletePolicyAsync(GlacierCall call)
    {
        await call.AskAsync(call.Vault.Entity, new DeleteAccessPolicy(call.Vault));
        return FrontAnswer.NoContent();
    }

    /// <summary>Puts a lock policy into effect. The lock has to be completed within 24 hours.</summary>
    public static async ValueTask<FrontAnswer> InitiateLockAsync(GlacierCall call)
    {
        var policy = PolicyBody.Read(call, PolicyKind.Lock);
        var held = await call.AskAsync(call.Vault.Entity, new InitiateLock(call.Vault, call.Services.Ids.NewLock(), policy));
        return FrontAnswer.Created((GlacierHeaders.LockId, held.Lock.ToString()));
    }

    public static async ValueTask<FrontAnswer> GetLockAsync(GlacierCall call)
    {
        var held = await call.AskAsync(call.Vault.Entity, new FindLock(call.Vault));
        return GlacierJson.Answer(LockDocument.From(held));
    }

    /// <summary>Locks the vault permanently. A malformed ID gets the same error as any other wrong ID.</summary>
    public static async ValueTask<FrontAnswer> CompleteLockAsync(GlacierCall call)
    {
        var id = LockId.TryParse(call.Id, out var parsed) ? parsed : default;
        await call.AskAsync(call.Vault.Entity, new CompleteLock(call.Vault, id));
        return FrontAnswer.NoContent();
    }

    /// <summary>Aborts the lock in progress. It is not an error if the vault has none.</summary>
    public static async ValueTask<FrontAnswer> AbortLockAsync(GlacierCall call)
    {
        await call.AskAsync(call.Vault.Entity, new AbortLock(call.Vault));
        return FrontAnswer.NoContent();
    }
}

internal static class PolicyBody
{
    /// <summary>Reads the policy and checks that it can be enforced.</summary>
    public static VaultPolicy Read(GlacierCall call, PolicyKind kind)
    {
        var text = GlacierJson.Read<SetPolicyRequest>(call.Document, "a policy").Policy
            ?? throw GlacierError.Missing("Policy");
        return Check(text, kind, call.Arn) is { } error ? throw error : new VaultPolicy(text, call.Arn);
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

internal static class PolicyErrors
{
    public static string Name(PolicyKind kind) => kind switch
    {
        PolicyKind.Access => "access policy",
        PolicyKind.Lock => "lock policy",
    };

    public static GlacierError Denied(PolicyVerdict.Denied verdict, PolicyRequest request, string arn) => GlacierError.AccessDenied(
        $"{request.CallerArn} is not authorized to perform {request.ActionName} on {arn}: {verdict.Statement} of "
        + $"the vault's {Name(verdict.Kind)} denies it.");

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

internal sealed record SetPolicyRequest
{
    /// <summary>The policy: JSON, as a string. Required.</summary>
    public string? Policy { get; init; }
}

internal sealed record AccessPolicyDocument(string Policy);

internal sealed record LockDocument(
    string Policy, string State, DateTimeOffset? ExpirationDate, DateTimeOffset CreationDate)
{
    public static LockDocument From(VaultLock held) =>
        new(held.Policy.Text, held.IsLocked ? "Locked" : "InProgress", held.ExpiresAt, held.CreatedAt);
}
