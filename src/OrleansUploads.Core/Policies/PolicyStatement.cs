using System.Collections.Immutable;

namespace OrleansUploads.Core.Policies;

/// <summary>One statement of a policy: who may or may not do what, to which vaults, and when.</summary>
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

    /// <summary>Its place in the policy, from 1.</summary>
    public int Number { get; }

    /// <summary>Its own name; null where it has none.</summary>
    public string? Sid { get; }

    /// <summary>Whether it forbids; else it allows.</summary>
    public bool Denies { get; }

    internal PrincipalSet Principals { get; }

    internal PatternSet Actions { get; }

    internal PatternSet Resources { get; }

    internal ImmutableArray<PolicyCondition> Conditions { get; }

    /// <summary>Whether the statement speaks of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="vaultArn">The vault's long name.</param>
    public bool AppliesTo(PolicyRequest request, string vaultArn)
    {
        if (!Actions.Includes(request.Action) || !Resources.Includes(vaultArn) || !Principals.Includes(request))
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

    /// <summary><c>statement 2 (Sid 'keep-a-year')</c>, for people.</summary>
    public override string ToString() =>
        string.IsNullOrEmpty(Sid) ? $"statement {Number}" : $"statement {Number} (Sid '{Sid}')";
}
