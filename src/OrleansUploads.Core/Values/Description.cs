namespace OrleansUploads.Core.Values;

/// <summary>A user's description of an archive, upload or job: at most 1,024 printable ASCII characters (0x20 to 0x7E).</summary>
/// <remarks>Source: developer guide, "Upload archive" and "Initiate job". An empty description is the same as none.</remarks>
public readonly record struct Description : ITextValue<Description>
{
    private readonly string? _text;

    private Description(string text) => _text = text;

    public static Description None => default;

    /// <summary>Parses a description. Null and the empty string give <see cref="None"/>. Returns false if the text is too long or
    /// not printable ASCII.</summary>
    public static bool TryParse(string? text, out Description description)
    {
        var ok = text is null
            || (text.Length <= Limits.MaxDescriptionChars && !text.AsSpan().ContainsAnyExceptInRange(' ', '~'));
        description = ok && !string.IsNullOrEmpty(text) ? new Description(text) : None;
        return ok;
    }

    /// <summary>The text, or null if it is empty.</summary>
    public string? OrNull => string.IsNullOrEmpty(_text) ? null : _text;

    public override string ToString() => _text ?? "";
}
