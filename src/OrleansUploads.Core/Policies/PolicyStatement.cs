namespace OrleansUploads.Core.Policies;

/// <summary>One statement of a policy: it allows or denies actions of principals on resources under conditions.</summary>
public sealed class PolicyStatement
{
    internal PolicyStatement(
        int number,
        string? sid,
        bool denies,
        PrincipalSet principals,
        PatternSet actions,
        PatternSet resources,
        ImmutableArray<PolicyCondition> conditions)
    {
        Number = number;
        Sid = sid;
        Denies = denies;
        Principals = principals;
        Actions = actions;
        Resources = resources;
        Conditions = conditions;
    }

    /// <summary>Position in the policy, starting at 1.</summary>
    public int Number { get; }

    /// <summary>The statement's <c>Sid</c>, or null if it has none.</summary>
    public string? Sid { get; }

    /// <summary>Whether it denies; otherwise it allows.</summary>
    public bool Denies { get; }

    internal PrincipalSet Principals { get; }

    internal PatternSet Actions { get; }

    internal PatternSet Resources { get; }

    internal ImmutableArray<PolicyCondition> Conditions { get; }

    /// <summary>Whether the statement applies to a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="vaultArn">The vault's ARN.</param>
    public bool AppliesTo(PolicyRequest request, string vaultArn)
    {
        if (!Actions.Includes(request.ActionName) || !Resources.Includes(vaultArn) || !Principals.Includes(request))
        {
            return false;
        }

        foreach (var condition in Conditions)
        {
            if (!condition.Holds(request))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary><c>statement 2 (Sid 'keep-a-year')</c>, for messages.</summary>
    public override string ToString() =>
        string.IsNullOrEmpty(Sid) ? $"statement {Number}" : $"statement {Number} (Sid '{Sid}')";
}
