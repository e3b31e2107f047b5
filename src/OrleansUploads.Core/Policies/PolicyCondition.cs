namespace OrleansUploads.Core.Policies;

/// <summary>One operator and one key of a <c>Condition</c> element.</summary>
/// <param name="key">The condition key to test.</param>
internal abstract class PolicyCondition(ConditionKey key)
{
    /// <summary>The condition key to test.</summary>
    public ConditionKey Key { get; } = key;

    /// <summary>Whether the condition holds for a request.</summary>
    public bool Holds(PolicyRequest request) => Holds(Key.ValueIn(request));

    /// <summary>Whether the condition holds for a value of the key, or null if the request has none.</summary>
    protected abstract bool Holds(string? value);
}

/// <summary>Compares the request's value with the policy's values. One of them must match, or none if the operator
/// negates.</summary>
/// <param name="key">The condition key to test.</param>
/// <param name="tests">One test per value of the policy; at least one.</param>
/// <param name="negates">Whether the condition holds only if no test succeeds.</param>
/// <param name="withoutValue">Whether the condition holds for a request without a value.</param>
internal sealed class Comparison(
    ConditionKey key, ImmutableArray<Predicate<string>> tests, bool negates, bool withoutValue) : PolicyCondition(key)
{
    /// <inheritdoc/>
    protected override bool Holds(string? value) =>
        value is null ? withoutValue : tests.Any(test => test(value)) != negates;
}

/// <summary>Tests whether the request has a value.</summary>
/// <param name="key">The condition key to test.</param>
/// <param name="absent">The accepted results: true accepts a missing value, false a present one. May contain both.</param>
internal sealed class Presence(ConditionKey key, ImmutableArray<bool> absent) : PolicyCondition(key)
{
    /// <inheritdoc/>
    protected override bool Holds(string? value) => absent.Contains(value is null);
}
