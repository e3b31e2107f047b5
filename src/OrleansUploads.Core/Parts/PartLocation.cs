using System.Diagnostics.CodeAnalysis;

namespace OrleansUploads.Core.Parts;

/// <summary>The client's external location of a part's bytes: 1 to 1,024 printable ASCII characters (0x20 to 0x7E).</summary>
/// <remarks>The server never interprets the text. Clients percent-encode other characters. The default value is not a valid
/// location.</remarks>
public readonly record struct PartLocation : ITextValue<PartLocation>
{
    /// <summary>Maximum length of a location, in characters.</summary>
    public const int MaxChars = 1024;

    private readonly string? _text;

    private PartLocation(string text) => _text = text;

    /// <summary>Length in characters, or 0 for the default value.</summary>
    public int Chars => _text?.Length ?? 0;

    /// <summary>Parses a location. Returns false if the text is empty, too long or not printable ASCII.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out PartLocation location)
    {
        var ok = text is { Length: >= 1 and <= MaxChars } && !text.AsSpan().ContainsAnyExceptInRange(' ', '~');
        location = ok ? new PartLocation(text!) : default;
        return ok;
    }

    /// <summary>The text, or empty for the default value.</summary>
    public override string ToString() => _text ?? "";
}
