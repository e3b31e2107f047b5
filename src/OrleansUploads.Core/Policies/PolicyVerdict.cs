namespace OrleansUploads.Core.Policies;

/// <summary>The two kinds of policies that a vault may have.</summary>
public enum PolicyKind
{
    /// <summary>It can be changed at any time.</summary>
    Access,

    /// <summary>Permanent once the lock is completed.</summary>
    Lock,
}

/// <summary>A policy of a vault, with the vault's ARN at the time when the policy was set.</summary>
/// <remarks>A vault's ARN contains the server's region. A policy is evaluated with the ARN that the vault had when the policy was
/// set, so locks stay effective if the server is started with a different region.</remarks>
public sealed record EffectivePolicy(PolicyDocument Document, string VaultArn)
{
    /// <summary>The first statement with the given effect that applies to a request, or null.</summary>
    internal PolicyStatement? FindStatement(PolicyRequest request, bool denies) =>
        Document.Statements.FirstOrDefault(
            statement => statement.Denies == denies && statement.AppliesTo(request, VaultArn));
}

/// <summary>The verdict of a vault's policies on a request.</summary>
public abstract record PolicyVerdict
{
    private PolicyVerdict()
    {
    }

    /// <summary>Evaluates the access policy and the lock policy in force, if any, for a request. A statement that denies
    /// overrides all statements that allow, in either policy.</summary>
    /// <remarks>An access policy cannot prevent the vault's owner from reading, replacing or deleting that policy; otherwise a
    /// mistake would lock the owner out permanently. A lock policy can.</remarks>
    public static PolicyVerdict Evaluate(EffectivePolicy? access, EffectivePolicy? lockPolicy, PolicyRequest request)
    {
        if (lockPolicy?.FindStatement(request, denies: true) is { } locked)
        {
            return new Denied(PolicyKind.Lock, locked);
        }

        var exemptsOwner = request.IsOwner && VaultActions.IsAboutAccessPolicy(request.Action);
        if (!exemptsOwner && access?.FindStatement(request, denies: true) is { } denied)
        {
            return new Denied(PolicyKind.Access, denied);
        }

        return (access?.FindStatement(request, denies: false) ?? lockPolicy?.FindStatement(request, denies: false)) is not null
            ? Allowed.Instance
            : NotMentioned.Instance;
    }

    /// <summary>Whether the caller may learn which statement denies the request. Another account may only if the access policy
    /// allows it the operation, because it would otherwise learn that the vault exists.</summary>
    public static bool MayExplain(EffectivePolicy? access, PolicyRequest request) =>
        request.IsOwner || access?.FindStatement(request, denies: false) is not null;

    /// <summary>Whether the request is permitted. A request that no statement mentions is permitted only to the vault's
    /// owner.</summary>
    public bool Permits(PolicyRequest request) => this is Allowed || (this is NotMentioned && request.IsOwner);

    public sealed record Allowed : PolicyVerdict
    {
        public static Allowed Instance { get; } = new();
    }

    public sealed record Denied(PolicyKind Kind, PolicyStatement Statement) : PolicyVerdict;

    public sealed record NotMentioned : PolicyVerdict
    {
        public static NotMentioned Instance { get; } = new();
    }
}
