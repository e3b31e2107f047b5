using System.Text.Json;

namespace OrleansUploads.Core.Policies;

/// <summary>Reads the <c>Condition</c> element: an object of operators, each with an object of keys and their values.</summary>
internal static class ConditionReader
{
    private const string IfExists = "IfExists";
    private const string ForAll = "ForAllValues:";
    private const string ForAny = "ForAnyValue:";

    /// <summary>Reads the conditions of a statement. All of them must hold. Returns none if the statement has no
    /// <c>Condition</c>.</summary>
    /// <exception cref="PolicyFormatException">An operator or key is unknown, or a value has the wrong form.</exception>
    public static ImmutableArray<PolicyCondition> Read(JsonElement statement, bool hasVariables)
    {
        if (PolicyElements.FindMember(statement, "Condition") is not { } condition)
        {
            return [];
        }

        var conditions = ImmutableArray.CreateBuilder<PolicyCondition>();
        foreach (var named in Members(condition, "Condition"))
        {
            if (!Members(named.Value, named.Name).Any())
            {
                throw new PolicyFormatException($"{named.Name} has no condition keys.");
            }

            foreach (var compared in Members(named.Value, named.Name))
            {
                if (!ConditionKey.TryFind(compared.Name, out var key))
                {
                    throw new PolicyFormatException(
                        $"unknown condition key '{compared.Name}'. Valid keys: {ConditionKey.Names}, and Amazon's other global "
                        + "condition keys, which are absent from every request.");
                }

                var values = PolicyElements.ReadValues(compared.Value, compared.Name, ReadValue);
                foreach (var value in values)
                {
                    PolicyElements.RefuseVariables(value, hasVariables);
                }

                conditions.Add(CreateCondition(named.Name, key, values));
            }
        }

        return conditions.ToImmutable();
    }

    /// <summary>Creates one condition. A condition key has at most one value here, so the prefix and the suffix of an operator
    /// matter only if the request has no value: <c>ForAllValues</c> then holds and <c>ForAnyValue</c> does not.</summary>
    private static PolicyCondition CreateCondition(string name, ConditionKey key, string[] values)
    {
        if (name.Equals(ConditionOperator.Null, StringComparison.OrdinalIgnoreCase))
        {
            // True accepts a missing value, false a present one. A list may contain both.
            var absent = values
                .Select(value => bool.TryParse(value, out var isAbsent)
                    ? isAbsent
                    : throw WrongValue(value, name, "true or false"))
                .ToList();
            return new PolicyCondition(key, value => absent.Contains(value is null));
        }

        var bare = name;
        var forAll = TryRemovePrefix(ref bare, ForAll);
        var forAny = !forAll && TryRemovePrefix(ref bare, ForAny);
        var ifExists = bare.EndsWith(IfExists, StringComparison.OrdinalIgnoreCase);
        if (!ConditionOperator.TryFind(ifExists ? bare[..^IfExists.Length] : bare, out var op))
        {
            throw new PolicyFormatException(
                $"unknown condition operator '{name}'. Valid operators: {ConditionOperator.Names} and {ConditionOperator.Null}. All but "
                + $"{ConditionOperator.Null} may have the prefix {ForAll} or {ForAny} and the suffix {IfExists}.");
        }

        var tests = values.Select(value => op.Test(value) ?? throw WrongValue(value, name, op.ValueForm)).ToList();
        var withoutValue = ifExists || forAll || (op.Negates && !forAny);
        return new PolicyCondition(
            key, value => value is null ? withoutValue : tests.Exists(test => test(value)) != op.Negates);
    }

    private static JsonElement.ObjectEnumerator Members(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
            ? element.EnumerateObject()
            : throw new PolicyFormatException($"{name} is not a JSON object.");

    /// <summary>Reads a value. Numbers and booleans need no quotes.</summary>
    private static string ReadValue(JsonElement element, string name) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString()!,
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => element.GetRawText(),
        _ => throw new PolicyFormatException($"a value of {name} is not a string, a number, true or false."),
    };

    private static bool TryRemovePrefix(ref string name, string prefix)
    {
        var has = name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);
        name = has ? name[prefix.Length..] : name;
        return has;
    }

    private static PolicyFormatException WrongValue(string value, string operatorName, string form) =>
        new($"the value '{value}' of {operatorName} is not {form}.");
}
