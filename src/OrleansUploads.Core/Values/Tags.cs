using System.Text;

namespace OrleansUploads.Core.Values;

/// <summary>Rules for the keys and values of a vault's tags: letters and digits of any script, spaces, and <c>_ . / = + - @</c>.
/// Keys and values are case-sensitive.</summary>
/// <remarks>Source: developer guide, "Tagging Amazon Glacier resources".</remarks>
public static class TagText
{
    /// <summary>Prefix of keys that are reserved for Amazon.</summary>
    public const string ReservedPrefix = "aws:";

    /// <summary>Whether a text is a valid key: 1 to 128 characters that do not begin with <see cref="ReservedPrefix"/>.</summary>
    public static bool IsKey(string? text) =>
        !string.IsNullOrEmpty(text)
        && !text.StartsWith(ReservedPrefix, StringComparison.Ordinal)
        && IsText(text, Limits.MaxTagKeyChars);

    /// <summary>Whether a text is a valid value: at most 255 characters.</summary>
    public static bool IsValue(string? text) => text is not null && IsText(text, Limits.MaxTagValueChars);

    private static bool IsText(string text, int maxChars)
    {
        var count = 0;
        foreach (var character in text.EnumerateRunes())
        {
            if (++count > maxChars || !IsAllowed(character))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Combining marks are allowed because many scripts cannot be written without them.</summary>
    private static bool IsAllowed(Rune character) =>
        Rune.IsLetterOrDigit(character)
        || Rune.GetUnicodeCategory(character) is System.Globalization.UnicodeCategory.NonSpacingMark
            or System.Globalization.UnicodeCategory.SpacingCombiningMark
        || character.Value is ' ' or '_' or '.' or '/' or '=' or '+' or '-' or '@';
}

/// <summary>Rules for the tags of objects. Keys and values are case-sensitive.</summary>
/// <remarks>Source: S3 user guide, "Categorizing your objects using tags".</remarks>
public static class ObjectTags
{
    /// <summary>Maximum number of tags of an object.</summary>
    public const int MaxCount = 10;

    /// <summary>Maximum length of a key.</summary>
    public const int MaxKeyChars = 128;

    /// <summary>Maximum length of a value.</summary>
    public const int MaxValueChars = 256;

    /// <summary>Adds a tag to those of an object.</summary>
    /// <returns>False if the tag is not valid, or if the object has the key or the maximum number of tags already.</returns>
    public static bool TryAdd(Dictionary<string, string> tags, string key, string value) =>
        key.Length is > 0 and <= MaxKeyChars && value.Length <= MaxValueChars && tags.Count < MaxCount && tags.TryAdd(key, value);

    /// <summary>Whether two sets of tags are the same. Null means no tags.</summary>
    public static bool AreSame(IReadOnlyDictionary<string, string>? left, IReadOnlyDictionary<string, string>? right) =>
        (left?.Count ?? 0) == (right?.Count ?? 0)
        && (left is null || left.All(tag => right!.TryGetValue(tag.Key, out var value) && value == tag.Value));
}
