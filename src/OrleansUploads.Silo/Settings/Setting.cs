namespace OrleansUploads.Silo.Settings;

/// <summary>One setting that an operator can make.</summary>
/// <param name="Name">Its name in the section <c>OrleansUploads</c>.</param>
/// <param name="Meaning">What it decides.</param>
/// <param name="ByDefault">What holds where it is not made, as text; null for nothing.</param>
/// <param name="IsSecret">Whether it may also come from a file, whose name is given in a setting that ends with
/// <see cref="FileSuffix"/>.</param>
internal sealed record Setting(string Name, string Meaning, string? ByDefault = null, bool IsSecret = false)
{
    /// <summary>The section of all settings.</summary>
    public const string Section = "OrleansUploads";

    /// <summary>Ends the name of a setting that names the file of a secret.</summary>
    public const string FileSuffix = "_FILE";

    /// <summary>Its name as an environment variable.</summary>
    public string Variable => $"{Section}__{Name}";

    /// <summary>The environment variable that names the file of a secret.</summary>
    public string FileVariable => Variable + FileSuffix;
}
