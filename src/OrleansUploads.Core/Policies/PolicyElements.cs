using System.Text.Json;

namespace OrleansUploads.Core.Policies;

/// <summary>What all elements of a policy have in common: names of a closed set, and one text or several.</summary>
internal static class PolicyElements
{
    /// <summary>Refuses an object that has a member of another name.</summary>
    /// <exception cref="PolicyFormatException">There is one; the message names it.</exception>
    public static void Check(JsonElement parent, string what, params string[] known)
    {
        foreach (var member in parent.EnumerateObject())
        {
            if (!known.Contains(member.Name))
            {
                throw new PolicyFormatException(
                    $"'{member.Name}' is no element of {what}. There are {string.Join(", ", known)}.");
            }
        }
    }

    /// <summary>A member; null where there is none.</summary>
    public static JsonElement? Find(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var element) ? element : null;

    /// <summary>The one of an element and its opposite that is there; exactly one must be.</summary>
    public static (JsonElement Element, bool Excludes) FindEither(JsonElement statement, string name, string opposite) =>
        (Find(statement, name), Find(statement, opposite)) switch
        {
            ({ } element, null) => (element, false),
            (null, { } element) => (element, true),
            (null, null) => throw new PolicyFormatException($"it has no {name}."),
            _ => throw new PolicyFormatException($"it has both {name} and {opposite}, and may have one of them."),
        };

    /// <summary>A text.</summary>
    public static string Text(JsonElement element, string name) => element.ValueKind == JsonValueKind.String
        ? element.GetString()!
        : throw new PolicyFormatException($"{name} is not a text.");

    /// <summary>A text or a list of texts; at least one.</summary>
    public static string[] Texts(JsonElement element, string name) => Values(element, name, Text);

    /// <summary>A value or a list of values; at least one.</summary>
    public static T[] Values<T>(JsonElement element, string name, Func<JsonElement, string, T> read)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            return [read(element, name)];
        }

        T[] values = [.. element.EnumerateArray().Select(value => read(value, name))];
        return values.Length > 0 ? values : throw new PolicyFormatException($"{name} is an empty list.");
    }

    /// <summary>Refuses a text in which something stands for a value of the request.</summary>
    public static void RefuseVariables(string text, bool hasVariables)
    {
        if (hasVariables && text.Contains("${", StringComparison.Ordinal))
        {
            throw new PolicyFormatException($"'{text}' has a policy variable, and this server knows none.");
        }
    }
}
