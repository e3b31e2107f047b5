using System.Collections.Immutable;

namespace OrleansUploads.Core.Policies;

/// <summary>One key of one operator in an element <c>Condition</c>.</summary>
/// <param name="key">What it looks at.</param>
internal abstract class PolicyCondition(ConditionKey key)
{
    /// <summary>What it looks at.</summary>
    public ConditionKey Key { get; } = key;

    /// <summary>Whether the condition is true of a request.</summary>
    public bool Holds(PolicyRequest request) => Holds(Key.ValueIn(request));

    /// <summary>Whether the condition is true of the key's value; null where the request has none.</summary>
    protected abstract bool Holds(string? value);
}

/// <summary>Compares the value with those of the policy, of which one must fit, or none where the operator
/// negates.</summary>
/// <param name="key">What it looks at.</param>
/// <param name="tests">At least one.</param>
/// <param name="negates">Whether no test may hold.</param>
/// <param name="withoutValue">Whether it holds of a request that has no value.</param>
internal sealed class Comparison(
    ConditionKey key, ImmutableArray<Predicate<string>> tests, bool negates, bool withoutValue) : PolicyCondition(key)
{
    /// <inheritdoc/>
    protected override bool Holds(string? value) =>
        value is null ? withoutValue : tests.Any(test => test(value)) != negates;
}

/// <summary>Looks only whether there is a value.</summary>
/// <param name="key">What it looks at.</param>
/// <param name="absent">Which of the two is wanted; both may be.</param>
internal sealed class Presence(ConditionKey key, ImmutableArray<bool> absent) : PolicyCondition(key)
{
    /// <inheritdoc/>
    protected override bool Holds(string? value) => absent.Contains(value is null);
}
