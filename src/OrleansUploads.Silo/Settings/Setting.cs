using OrleansUploads.Gateway.Settings;

namespace OrleansUploads.Silo.Settings;

/// <summary>A setting of a silo or gateway.</summary>
/// <param name="Name">Its name in the section <c>OrleansUploads</c>.</param>
/// <param name="Meaning">What it does.</param>
/// <param name="ByDefault">Its default as text, or null.</param>
/// <param name="IsSecret">Whether the value may come from a file. The setting with the same name and
/// <see cref="FileSuffix"/> contains its path.</param>
internal sealed record Setting(string Name, string Meaning, string? ByDefault = null, bool IsSecret = false)
{
    /// <summary>The section of all settings.</summary>
    public const string Section = "OrleansUploads";

    /// <summary>The suffix of a setting that contains the path of a secret's file.</summary>
    public const string FileSuffix = "_FILE";

    /// <summary>Its name as an environment variable.</summary>
    public string Variable => $"{Section}__{Name}";

    /// <summary>The environment variable that contains the path of a secret's file.</summary>
    public string FileVariable => Variable + FileSuffix;

    /// <summary>Creates a setting that <c>serve</c> also has.</summary>
    public static Setting Of(ServiceSetting setting) => new(
        setting.Name,
        setting.IsSameOnAllSilos ? $"{setting.Meaning.TrimEnd('.')}; the same on all silos." : setting.Meaning,
        setting.Default,
        setting.IsSecret);
}
