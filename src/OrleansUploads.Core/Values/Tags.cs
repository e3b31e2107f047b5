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
/// <remarks>Source: S3 user guide, "Categorizing your objects using tags"; S3 API reference, the pattern of "S3Tag".</remarks>
public static class ObjectTags
{
    public const int MaxCount = 10;

    public const int MaxKeyChars = 128;

    public const int MaxValueChars = 256;

    /// <summary>Adds a tag to an object's tags. Returns the tag's flaw, or null if it was added.</summary>
    public static ObjectTagFlaw? Add(Dictionary<string, string> tags, string key, string value) =>
        key.Length is 0 or > MaxKeyChars || !IsText(key) ? ObjectTagFlaw.Key
        : key.StartsWith(TagText.ReservedPrefix, StringComparison.OrdinalIgnoreCase) ? ObjectTagFlaw.ReservedKey
        : value.Length > MaxValueChars || !IsText(value) ? ObjectTagFlaw.Value
        : tags.ContainsKey(key) ? ObjectTagFlaw.RepeatedKey
        : tags.Count >= MaxCount ? ObjectTagFlaw.TooMany
        : Add(tags, (key, value));

    /// <summary>Whether two sets of tags are equal. Null means no tags.</summary>
    public static bool AreSame(IReadOnlyDictionary<string, string>? left, IReadOnlyDictionary<string, string>? right) =>
        (left?.Count ?? 0) == (right?.Count ?? 0)
        && (left is null || left.All(tag => right!.TryGetValue(tag.Key, out var value) && value == tag.Value));

    private static ObjectTagFlaw? Add(Dictionary<string, string> tags, (string Key, string Value) tag)
    {
        tags.Add(tag.Key, tag.Value);
        return null;
    }

    /// <summary>Letters, separators and numbers of any script, and <c>_ . : / = + - @</c>.</summary>
    private static bool IsText(string text)
    {
        foreach (var character in text.EnumerateRunes())
        {
            if (!(Rune.IsLetter(character)
                || Rune.IsNumber(character)
                || Rune.IsSeparator(character)
                || character.Value is '_' or '.' or ':' or '/' or '=' or '+' or '-' or '@'))
            {
                return false;
            }
        }

        return true;
    }
}

public enum ObjectTagFlaw
{
    /// <summary>The key is empty or too long, or has a character that tags do not have.</summary>
    Key,

    /// <summary>The key begins with <see cref="TagText.ReservedPrefix"/>, in any case.</summary>
    ReservedKey,

    /// <summary>The value is too long, or has a character that tags do not have.</summary>
    Value,

    /// <summary>Another tag has the key.</summary>
    RepeatedKey,

    /// <summary>The object would have more than <see cref="ObjectTags.MaxCount"/> tags.</summary>
    TooMany,
}
