using OrleansUploads.Gateway.Settings;

namespace OrleansUploads.Silo.Settings;

/// <summary>Reads the texts of settings, and collects a sentence for each invalid one. The value of an invalid setting is
/// meaningless, so call <see cref="ThrowIfFlawed"/> before using any value.</summary>
internal sealed class SettingsReader
{
    private const string Option = "--";

    private readonly IConfigurationSection _section;
    private readonly List<string> _flaws = [];
    private readonly HashSet<Setting<SiloSettings>> _invalid = [];

    public SettingsReader(IConfiguration configuration)
    {
        _section = configuration.GetSection(SettingVariables.Section);
        var known = KnownSettings.All
            .SelectMany(setting => setting.IsSecret ? [setting.Name, setting.Name + SettingVariables.FileSuffix] : new[] { setting.Name })
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        var valid = string.Join(", ", known.Order(StringComparer.Ordinal));
        foreach (var unknown in _section.GetChildren().Where(set => !known.Contains(set.Key)))
        {
            Add($"Unknown setting {SettingVariables.Section}__{unknown.Key}. Valid settings: {valid}.");
        }
    }

    /// <summary>Checks the settings on the command line. The configuration ignores words that it does not know, so without this
    /// check a mistyped command would start a silo, and a mistyped setting would have no effect.</summary>
    /// <param name="arguments">The words: <c>--NAME=VALUE</c>, <c>NAME=VALUE</c>, or <c>--NAME</c> and <c>VALUE</c>.</param>
    /// <exception cref="SettingException">A word is no setting.</exception>
    public static void RequireSettings(IReadOnlyList<string> arguments)
    {
        for (var at = 0; at < arguments.Count; at++)
        {
            var name = arguments[at].Split('=')[0];
            if (name.Length == arguments[at].Length)
            {
                var hasValue = at + 1 < arguments.Count && !arguments[at + 1].StartsWith(Option, StringComparison.Ordinal);
                if (!name.StartsWith(Option, StringComparison.Ordinal) || !hasValue)
                {
                    throw new SettingException(
                        $"'{name}' is neither a command nor a setting with a value. See 'orleans-uploads-silo --help'.");
                }

                at++;
            }

            var bare = name.TrimStart('-', '/').Replace($"{SettingVariables.Section}__", "", StringComparison.OrdinalIgnoreCase);
            if (KnownSettings.All.FirstOrDefault(known => known.Name.Equals(bare, StringComparison.OrdinalIgnoreCase)) is { } setting)
            {
                throw new SettingException(
                    $"{name} has no effect. Write {Option}{SettingVariables.Section}:{setting.Name}=VALUE.");
            }
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
            throw new SettingException(_flaws is [var only]
                ? only
                : $"{_flaws.Count} settings are wrong:{string.Concat(_flaws.Select(flaw => $"{Environment.NewLine}- {flaw}"))}");
        }
    }

    /// <summary>Reads a setting by its own rules. One that is not set keeps its default.</summary>
    public void Apply(Setting<SiloSettings> setting, SiloSettings settings)
    {
        if (!setting.IsRelated && Find(setting) is { } text && setting.Read(settings, text, setting.Variable) is { } flaw)
        {
            _invalid.Add(setting);
            Add(flaw);
        }
    }

    /// <summary>Whether a setting has the default, or a value that its own rules accept.</summary>
    public bool IsValid(Setting<SiloSettings> setting) => !_invalid.Contains(setting);

    /// <summary>Returns the text of a setting, or null if it is not set.</summary>
    public string? Find(Setting<SiloSettings> setting)
    {
        var value = _section[setting.Name];
        if (!setting.IsSecret || _section[setting.Name + SettingVariables.FileSuffix] is not { Length: > 0 } path)
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
    public string Require(Setting<SiloSettings> setting, string advice)
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

    private string? ReadSecret(Setting<SiloSettings> setting, string path)
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

/// <summary>The process cannot start with its settings. The message names the wrong settings and what to do.</summary>
internal sealed class SettingException(string message, Exception? inner = null) : Exception(message, inner);
