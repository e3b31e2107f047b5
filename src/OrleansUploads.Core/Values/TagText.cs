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
