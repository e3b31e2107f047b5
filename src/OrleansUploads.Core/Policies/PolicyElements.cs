using System.Text.Json;

namespace OrleansUploads.Core.Policies;

/// <summary>Reads parts that occur in several elements of a policy: member names from a closed set, and single or multiple
/// values.</summary>
internal static class PolicyElements
{
    /// <summary>Refuses an object that has an unknown member.</summary>
    /// <exception cref="PolicyFormatException">The object has an unknown member. The message names it.</exception>
    public static void RefuseUnknownMembers(JsonElement parent, string what, params string[] known)
    {
        foreach (var member in parent.EnumerateObject())
        {
            if (!known.Contains(member.Name))
            {
                throw new PolicyFormatException(
                    $"unknown element '{member.Name}' in {what}. Valid elements: {string.Join(", ", known)}.");
            }
        }
    }

    /// <summary>A member of an object, or null.</summary>
    public static JsonElement? FindMember(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var element) ? element : null;

    /// <summary>Finds an element or its opposite. Exactly one of them must be present.</summary>
    public static (JsonElement Element, bool Excludes) FindEither(JsonElement statement, string name, string opposite) =>
        (FindMember(statement, name), FindMember(statement, opposite)) switch
        {
            ({ } element, null) => (element, false),
            (null, { } element) => (element, true),
            (null, null) => throw new PolicyFormatException($"it has no {name}."),
            _ => throw new PolicyFormatException($"it has both {name} and {opposite}. Only one of them is allowed."),
        };

    /// <summary>Reads a string.</summary>
    public static string ReadText(JsonElement element, string name) => element.ValueKind == JsonValueKind.String
        ? element.GetString()!
        : throw new PolicyFormatException($"{name} is not a string.");

    /// <summary>Reads a string or a list of strings; at least one.</summary>
    public static string[] ReadTexts(JsonElement element, string name) => ReadValues(element, name, ReadText);

    /// <summary>Reads a value or a list of values; at least one.</summary>
    public static T[] ReadValues<T>(JsonElement element, string name, Func<JsonElement, string, T> read)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            return [read(element, name)];
        }

        T[] values = [.. element.EnumerateArray().Select(value => read(value, name))];
        return values.Length > 0 ? values : throw new PolicyFormatException($"{name} is an empty list.");
    }

    /// <summary>Refuses a text that contains a policy variable.</summary>
    public static void RefuseVariables(string text, bool hasVariables)
    {
        if (hasVariables && text.Contains("${", StringComparison.Ordinal))
        {
            throw new PolicyFormatException($"'{text}' contains a policy variable, which this server does not support.");
        }
    }
}
