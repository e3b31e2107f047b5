namespace OrleansUploads.Core;

/// <summary>What a user says of an archive, upload or job: at most 1,024 printable ASCII characters (0x20 to 0x7E).</summary>
/// <remarks>Source: developer guide, "Upload archive" and "Initiate job". Empty means that nothing was said.</remarks>
public readonly record struct Description
{
    private readonly string? _text;

    private Description(string text) => _text = text;

    /// <summary>No description.</summary>
    public static Description None => default;

    /// <summary>Reads a description; null and the empty text are none. False where it is too long or not printable ASCII.</summary>
    public static bool TryParse(string? text, out Description description)
    {
        var ok = text is null
            || (text.Length <= Limits.MaxDescriptionChars && !text.AsSpan().ContainsAnyExceptInRange(' ', '~'));
        description = ok && !string.IsNullOrEmpty(text) ? new Description(text) : None;
        return ok;
    }

    /// <summary>The text, or null where there is none, as the protocol's documents have it.</summary>
    public string? OrNull => string.IsNullOrEmpty(_text) ? null : _text;

    /// <summary>The text; empty where there is none.</summary>
    public override string ToString() => _text ?? "";
}
