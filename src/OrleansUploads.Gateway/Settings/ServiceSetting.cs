namespace OrleansUploads.Gateway.Settings;

/// <summary>A setting that a single server and a silo share.</summary>
/// <param name="Name">Its name, such as <c>StaleAfter</c>. Operators rely on it, so it never changes.</param>
/// <param name="Meaning">What it does, for the help text and the documentation.</param>
/// <param name="Show">Writes the value in some options as text, or null if they have none.</param>
/// <param name="Apply">Reads a text into the options. Returns what is wrong with the text as a sentence, or null if it is valid.</param>
public sealed record ServiceSetting(
    string Name, string Meaning, Func<ServiceOptions, string?> Show, Func<ServiceOptions, string, string?> Apply)
{
    /// <summary>Whether the text can contain secrets. Such texts are not repeated in messages.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Whether the text is a list of values with blanks between them.</summary>
    public bool IsList { get; init; }

    /// <summary>Whether all silos of a cluster must have the same value.</summary>
    public bool IsSameOnAllSilos { get; init; }

    /// <summary>The default as text, or null.</summary>
    public string? Default => Show(new ServiceOptions());
}
