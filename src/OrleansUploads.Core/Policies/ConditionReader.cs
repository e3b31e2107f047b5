using System.Collections.Immutable;
using System.Text.Json;

namespace OrleansUploads.Core.Policies;

/// <summary>Reads <c>Condition</c>: operators, in them keys, in them values.</summary>
internal static class ConditionReader
{
    private const string IfExists = "IfExists";
    private const string ForAll = "ForAllValues:";
    private const string ForAny = "ForAnyValue:";

    /// <summary>Reads the conditions of a statement, all of which must hold; none where it has no such element.</summary>
    /// <exception cref="PolicyFormatException">An operator or key is not known, or a value has the wrong form.</exception>
    public static ImmutableArray<PolicyCondition> Read(JsonElement statement, bool hasVariables)
    {
        if (PolicyElements.Find(statement, "Condition") is not { } condition)
        {
            return [];
        }

        var conditions = ImmutableArray.CreateBuilder<PolicyCondition>();
        foreach (var named in Members(condition, "Condition"))
        {
            if (!Members(named.Value, named.Name).Any())
            {
                throw new PolicyFormatException($"{named.Name} names no condition key.");
            }

            foreach (var compared in Members(named.Value, named.Name))
            {
                if (!ConditionKey.TryFind(compared.Name, out var key))
                {
                    throw new PolicyFormatException(
                        $"'{compared.Name}' is no condition key that this server knows. It knows {ConditionKey.Names}.");
                }

                var values = PolicyElements.Values(compared.Value, compared.Name, Value);
                foreach (var value in values)
                {
                    PolicyElements.RefuseVariables(value, hasVariables);
                }

                conditions.Add(Read(named.Name, key, values));
            }
        }

        return conditions.ToImmutable();
    }

    /// <summary>The prefix and the suffix only say what holds where the request has no value, as no key has several: all
    /// of none are right, and none of none is.</summary>
    private static PolicyCondition Read(string name, ConditionKey key, string[] values)
    {
        if (name.Equals(ConditionOperator.Null, StringComparison.OrdinalIgnoreCase))
        {
            return new Presence(key, [.. values.Select(value => bool.TryParse(value, out var absent)
                ? absent
                : throw WrongValue(value, name, "true or false"))]);
        }

        var bare = name;
        var forAll = TryTakePrefix(ref bare, ForAll);
        var forAny = !forAll && TryTakePrefix(ref bare, ForAny);
        var ifExists = bare.EndsWith(IfExists, StringComparison.OrdinalIgnoreCase);
        if (!ConditionOperator.TryFind(ifExists ? bare[..^IfExists.Length] : bare, out var op))
        {
            throw new PolicyFormatException($"'{name}' is no condition operator that this server knows.");
        }

        var tests = values.Select(value => op.Test(value) ?? throw WrongValue(value, name, op.ValueForm));
        return new Comparison(key, [.. tests], op.Negates, withoutValue: ifExists || forAll || (op.Negates && !forAny));
    }

    private static JsonElement.ObjectEnumerator Members(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
            ? element.EnumerateObject()
            : throw new PolicyFormatException($"{name} is not a JSON object.");

    /// <summary>Numbers and truth values need no quotes.</summary>
    private static string Value(JsonElement element, string name) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString()!,
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => element.GetRawText(),
        _ => throw new PolicyFormatException($"a value of {name} is neither a text nor a number nor true or false."),
    };

    private static bool TryTakePrefix(ref string name, string prefix)
    {
        var has = name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);
        name = has ? name[prefix.Length..] : name;
        return has;
    }

    private static PolicyFormatException WrongValue(string value, string operatorName, string form) =>
        new($"the value '{value}' of {operatorName} is not {form}.");
}
