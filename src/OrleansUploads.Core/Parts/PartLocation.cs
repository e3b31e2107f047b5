using System.Diagnostics.CodeAnalysis;

namespace OrleansUploads.Core.Parts;

/// <summary>Where whoever uploaded a part has put its bytes: 1 to 1,024 printable ASCII characters (0x20 to 0x7E).</summary>
/// <remarks>What it says is never looked at here. Names with other characters are percent-encoded by those who know how.
/// The default value is no location, and is nowhere taken for one.</remarks>
public readonly record struct PartLocation
{
    /// <summary>Longest location, in characters.</summary>
    public const int MaxChars = 1024;

    private readonly string? _text;

    private PartLocation(string text) => _text = text;

    /// <summary>How many characters; 0 for the default value.</summary>
    public int Chars => _text?.Length ?? 0;

    /// <summary>Reads a location; false where it is empty, too long or not printable ASCII.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out PartLocation location)
    {
        var ok = text is { Length: >= 1 and <= MaxChars } && !text.AsSpan().ContainsAnyExceptInRange(' ', '~');
        location = ok ? new PartLocation(text!) : default;
        return ok;
    }

    /// <summary>The text; empty for the default value.</summary>
    public override string ToString() => _text ?? "";
}
