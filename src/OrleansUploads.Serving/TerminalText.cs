using System.Text;

namespace OrleansUploads.Serving;

/// <summary>Texts of others that a terminal shows.</summary>
internal static class TerminalText
{
    /// <summary>The last character that is not shown.</summary>
    public const int LastHidden = 0x2069;

    /// <summary>Whether a character is not shown: a terminal obeys it, or it reverses the text around it.</summary>
    public static bool IsHidden(Rune rune) => Rune.IsControl(rune) || rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= LastHidden);
}
