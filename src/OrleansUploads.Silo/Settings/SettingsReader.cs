namespace OrleansUploads.Silo.Settings;

/// <summary>Reads the texts of settings, and collects a sentence for each invalid one. The value of an invalid setting is
/// meaningless, so call <see cref="ThrowIfFlawed"/> before using any value.</summary>
internal sealed class SettingsReader
{
    private readonly IConfigurationSection _section;
    private readonly List<string> _flaws = [];
    private readonly HashSet<Setting> _invalid = [];

    /// <param name="configuration">The configuration with the settings.</param>
    public SettingsReader(IConfiguration configuration)
    {
        _section = configuration.GetSection(Setting.Section);
        var known = KnownSettings.All
            .SelectMany(setting => setting.IsSecret ? [setting.Name, setting.Name + Setting.FileSuffix] : new[] { setting.Name })
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        var valid = string.Join(", ", known.Order(StringComparer.Ordinal));
        foreach (var unknown in _section.GetChildren().Where(set => !known.Contains(set.Key)))
        {
            Add($"Unknown setting {Setting.Section}__{unknown.Key}. Valid settings: {valid}.");
        }
    }

    /// <summary>Adds a sentence about an invalid setting. Repeated sentences are added once.</summary>
    public void Add(string flaw)
    {
        if (!_flaws.Contains(flaw))
        {
            _flaws.Add(flaw);
        }
    }

    /// <summary>Reports all invalid settings.</summary>
    /// <exception cref="SettingException">At least one setting is invalid.</exception>
    public void ThrowIfFlawed()
    {
        if (_flaws.Count > 0)
        {
            throw SettingException.Of(_flaws);
        }
    }

    /// <summary>Reads a setting by its own rules. One that is not set keeps its default.</summary>
    public void Apply(Setting setting, SiloSettings settings)
    {
        if (setting.Value is { } value && Find(setting) is { } text && value.Apply(settings, text) is { } wrong)
        {
            _invalid.Add(setting);
            Add(setting.IsSecret ? $"{setting.Variable}: {wrong}" : $"{setting.Variable} is '{text}'. {wrong}");
        }
    }

    /// <summary>Whether a setting has the default, or a value that its own rules accept.</summary>
    public bool IsValid(Setting setting) => !_invalid.Contains(setting);

    /// <summary>Returns the text of a setting, or null if it is not set.</summary>
    public string? Find(Setting setting)
    {
        var value = _section[setting.Name];
        if (!setting.IsSecret || _section[setting.Name + Setting.FileSuffix] is not { Length: > 0 } path)
        {
            return string.IsNullOrEmpty(value) ? null : value;
        }

        if (!string.IsNullOrEmpty(value))
        {
            Add($"{setting.Variable} and {setting.FileVariable} are both set. Remove one of them.");
            return value;
        }

        return ReadSecret(setting, path);
    }

    /// <summary>Returns the text of a required setting.</summary>
    public string Require(Setting setting, string advice)
    {
        if (Find(setting) is { } value)
        {
            return value;
        }

        Add(setting.IsSecret
            ? $"{setting.Variable} or {setting.FileVariable} is missing. {advice}"
            : $"{setting.Variable} is missing. {advice}");
        return "";
    }

    /// <summary>Adds a sentence about a setting with an invalid value.</summary>
    public void AddInvalid(Setting setting, string value, string wanted) =>
        Add($"{setting.Variable} is '{value}'. It must be {wanted}.");

    private string? ReadSecret(Setting setting, string path)
    {
        try
        {
            var secret = File.ReadAllText(path).Trim();
            if (secret.Length > 0)
            {
                return secret;
            }

            Add($"{setting.FileVariable}: the file {path} is empty.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Add($"{setting.FileVariable}: {fault.Message}");
        }

        return "";
    }
}
