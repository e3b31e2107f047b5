namespace OrleansUploads.Core.Policies;

/// <summary>One statement of a policy: it allows or denies actions of principals on resources under conditions.</summary>
public sealed class PolicyStatement
{
    private readonly string _place;

    internal PolicyStatement(
        string place,
        bool denies,
        PrincipalSet principals,
        PatternSet actions,
        PatternSet resources,
        ImmutableArray<PolicyCondition> conditions)
    {
        _place = place;
        Denies = denies;
        Principals = principals;
        Actions = actions;
        Resources = resources;
        Conditions = conditions;
    }

    /// <summary>Whether the statement denies. Otherwise it allows.</summary>
    public bool Denies { get; }

    internal PrincipalSet Principals { get; }

    internal PatternSet Actions { get; }

    internal PatternSet Resources { get; }

    internal ImmutableArray<PolicyCondition> Conditions { get; }

    public bool AppliesTo(PolicyRequest request, string vaultArn) =>
        Actions.Includes(request.ActionName)
        && Resources.Includes(vaultArn)
        && Principals.Includes(request)
        && Conditions.All(condition => condition.Holds(condition.Key.ValueIn(request)));

    /// <summary><c>statement 2 (Sid 'keep-a-year')</c>, for messages.</summary>
    public override string ToString() => _place;
}

/// <summary>One operator and one key of a <c>Condition</c> element.</summary>
/// <param name="Holds">Whether the condition holds for a value of the key, or for null if the request has none.</param>
internal sealed record PolicyCondition(ConditionKey Key, Predicate<string?> Holds);
