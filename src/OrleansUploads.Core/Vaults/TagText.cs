using System.Text;

namespace OrleansUploads.Core.Vaults;

/// <summary>What the keys and values of a vault's tags are made of: letters and digits of any script, space and
/// <c>_ . / = + - @</c>. Letters are told apart by case.</summary>
/// <remarks>Source: developer guide, "Tagging Amazon Glacier resources".</remarks>
public static class TagText
{
    /// <summary>Keys that begin like this are Amazon's own.</summary>
    public const string ReservedPrefix = "aws:";

    /// <summary>Whether a text may be a key: 1 to 128 characters, not beginning with <see cref="ReservedPrefix"/>.</summary>
    public static bool IsKey(string? text) =>
        !string.IsNullOrEmpty(text)
        && !text.StartsWith(ReservedPrefix, StringComparison.Ordinal)
        && IsText(text, Limits.MaxTagKeyChars);

    /// <summary>Whether a text may be a value: at most 255 characters.</summary>
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

    /// <summary>Marks belong to the letters before them: without them many scripts cannot be written.</summary>
    private static bool IsAllowed(Rune character) =>
        Rune.IsLetterOrDigit(character)
        || Rune.GetUnicodeCategory(character) is System.Globalization.UnicodeCategory.NonSpacingMark
            or System.Globalization.UnicodeCategory.SpacingCombiningMark
        || character.Value is ' ' or '_' or '.' or '/' or '=' or '+' or '-' or '@';
}
