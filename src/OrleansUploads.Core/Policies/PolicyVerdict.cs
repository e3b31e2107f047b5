namespace OrleansUploads.Core.Policies;

/// <summary>The two policies that a vault may have.</summary>
public enum PolicyKind
{
    /// <summary>The access policy, which may be changed at any time.</summary>
    Access,

    /// <summary>The lock policy, which holds for ever once the lock is complete.</summary>
    Lock,
}

/// <summary>What the policies of a vault say of a request.</summary>
public abstract record PolicyVerdict
{
    private PolicyVerdict()
    {
    }

    /// <summary>Judges a request. A statement that denies wins over any that allows, whichever policy it is in.</summary>
    /// <remarks>An access policy cannot keep the owner from reading, replacing or deleting that policy: otherwise one
    /// statement too many would lock the owner out for ever. A lock policy can.</remarks>
    /// <param name="access">The access policy; null where there is none.</param>
    /// <param name="lockPolicy">The lock policy in force; null where there is none.</param>
    /// <param name="request">The request.</param>
    public static PolicyVerdict Of(PolicyInForce? access, PolicyInForce? lockPolicy, PolicyRequest request)
    {
        if (lockPolicy?.Find(request, denies: true) is { } locked)
        {
            return new Denied(PolicyKind.Lock, locked);
        }

        var ownersWayOut = request.IsOwner && PolicyActions.IsAboutAccessPolicy(request.Operation);
        if (!ownersWayOut && access?.Find(request, denies: true) is { } denied)
        {
            return new Denied(PolicyKind.Access, denied);
        }

        return (access?.Find(request, denies: false) ?? lockPolicy?.Find(request, denies: false)) is not null
            ? Allowed.Instance
            : NotMentioned.Instance;
    }

    /// <summary>Whether the request may be carried out. What is not mentioned is open to the vault's owner only.</summary>
    public bool Permits(PolicyRequest request) => this is Allowed || (this is NotMentioned && request.IsOwner);

    /// <summary>A statement allows it, and none denies it.</summary>
    public sealed record Allowed : PolicyVerdict
    {
        /// <summary>The only one.</summary>
        public static Allowed Instance { get; } = new();
    }

    /// <summary>A statement denies it.</summary>
    /// <param name="Kind">Which policy the statement is in.</param>
    /// <param name="Statement">The statement.</param>
    public sealed record Denied(PolicyKind Kind, PolicyStatement Statement) : PolicyVerdict;

    /// <summary>No statement speaks of it.</summary>
    public sealed record NotMentioned : PolicyVerdict
    {
        /// <summary>The only one.</summary>
        public static NotMentioned Instance { get; } = new();
    }
}
