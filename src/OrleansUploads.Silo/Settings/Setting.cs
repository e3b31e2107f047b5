using OrleansUploads.Gateway.Settings;

namespace OrleansUploads.Silo.Settings;

/// <summary>A setting of a silo or gateway.</summary>
/// <param name="Name">Its name in the section <c>OrleansUploads</c>.</param>
/// <param name="Meaning">What it does.</param>
/// <param name="ByDefault">Its default as text; null if there is none.</param>
/// <param name="IsSecret">Whether the value may come from a file, which another setting names: the same name with
/// <see cref="FileSuffix"/>.</param>
internal sealed record Setting(string Name, string Meaning, string? ByDefault = null, bool IsSecret = false)
{
    /// <summary>The section of all settings.</summary>
    public const string Section = "OrleansUploads";

    /// <summary>The suffix of a setting that names the file of a secret.</summary>
    public const string FileSuffix = "_FILE";

    /// <summary>Its name as an environment variable.</summary>
    public string Variable => $"{Section}__{Name}";

    /// <summary>The environment variable that names the file of a secret.</summary>
    public string FileVariable => Variable + FileSuffix;

    /// <summary>The same setting as <c>serve</c> has.</summary>
    public static Setting Of(ServiceSetting setting) =>
        new(setting.Name, setting.Meaning, setting.Default, setting.IsSecret);
}
