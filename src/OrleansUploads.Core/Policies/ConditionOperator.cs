using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace OrleansUploads.Core.Policies;

/// <summary>A condition operator.</summary>
/// <param name="Name">The operator's name in policies.</param>
/// <param name="ValueForm">The required form of its values, for error messages.</param>
/// <param name="Test">Creates a test from one value of the policy; returns null if the value has the wrong form.</param>
/// <param name="Negates">Whether the condition holds if no test succeeds.</param>
/// <remarks>Source: the IAM user guide, "IAM JSON policy elements: Condition operators".</remarks>
internal sealed record ConditionOperator(
    string Name, string ValueForm, Func<string, Predicate<string>?> Test, bool Negates = false)
{
    /// <summary>The operator that tests whether a key has a value.</summary>
    public const string Null = "Null";

    private const string Text = "a string";
    private const string Number = "a number";
    private const string Date = "a date such as 2026-01-31T00:00:00Z, or seconds since 1970";
    private const string Address = "an address or a range such as 203.0.113.0/24 or 2001:db8::/32";
    private const string Arn = "an ARN of six parts";

    private static readonly FrozenDictionary<string, ConditionOperator> All = new ConditionOperator[]
    {
        new("StringEquals", Text, ConditionValues.Equal),
        new("StringNotEquals", Text, ConditionValues.Equal, Negates: true),
        new("StringEqualsIgnoreCase", Text, ConditionValues.EqualIgnoringCase),
        new("StringNotEqualsIgnoreCase", Text, ConditionValues.EqualIgnoringCase, Negates: true),
        new("StringLike", Text, ConditionValues.Like),
        new("StringNotLike", Text, ConditionValues.Like, Negates: true),
        new("NumericEquals", Number, value => ConditionValues.Number(value, static order => order == 0)),
        new("NumericNotEquals", Number, value => ConditionValues.Number(value, static order => order == 0), Negates: true),
        new("NumericLessThan", Number, value => ConditionValues.Number(value, static order => order < 0)),
        new("NumericLessThanEquals", Number, value => ConditionValues.Number(value, static order => order <= 0)),
        new("NumericGreaterThan", Number, value => ConditionValues.Number(value, static order => order > 0)),
        new("NumericGreaterThanEquals", Number, value => ConditionValues.Number(value, static order => order >= 0)),
        new("DateEquals", Date, value => ConditionValues.Date(value, static order => order == 0)),
        new("DateNotEquals", Date, value => ConditionValues.Date(value, static order => order == 0), Negates: true),
        new("DateLessThan", Date, value => ConditionValues.Date(value, static order => order < 0)),
        new("DateLessThanEquals", Date, value => ConditionValues.Date(value, static order => order <= 0)),
        new("DateGreaterThan", Date, value => ConditionValues.Date(value, static order => order > 0)),
        new("DateGreaterThanEquals", Date, value => ConditionValues.Date(value, static order => order >= 0)),
        new("Bool", "true or false", ConditionValues.Bool),
        new("IpAddress", Address, ConditionValues.Address),
        new("NotIpAddress", Address, ConditionValues.Address, Negates: true),
        new("ArnEquals", Arn, ConditionValues.Arn),
        new("ArnNotEquals", Arn, ConditionValues.Arn, Negates: true),
        new("ArnLike", Arn, ConditionValues.Arn),
        new("ArnNotLike", Arn, ConditionValues.Arn, Negates: true),
    }.ToFrozenDictionary(op => op.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The names of all operators but <see cref="Null"/>, for messages.</summary>
    public static string Names { get; } = string.Join(", ", All.Keys.Order(StringComparer.Ordinal));

    /// <summary>Finds an operator by its name without prefix and suffix, ignoring case.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out ConditionOperator? found) =>
        All.TryGetValue(name, out found);
}
