using System.Globalization;
using System.Net;
using OrleansUploads.Gateway;

namespace OrleansUploads.Silo.Settings;

/// <summary>Reads settings, each with a message of its own where it is impossible.</summary>
internal sealed class SettingsReader
{
    private readonly IConfigurationSection _section;

    /// <param name="configuration">Where the settings come from.</param>
    /// <exception cref="SettingException">There is one that nobody knows.</exception>
    public SettingsReader(IConfiguration configuration)
    {
        _section = configuration.GetSection(Setting.Section);
        var known = KnownSettings.All
            .SelectMany(setting => setting.IsSecret ? [setting.Name, setting.Name + Setting.FileSuffix] : new[] { setting.Name })
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (_section.GetChildren().FirstOrDefault(made => !known.Contains(made.Key)) is { } unknown)
        {
            throw new SettingException(
                $"{Setting.Section}__{unknown.Key} is no setting. There are: "
                + $"{string.Join(", ", known.Order(StringComparer.Ordinal))}.");
        }
    }

    /// <summary>What a setting says, or its default; null where there is neither.</summary>
    public string? Find(Setting setting)
    {
        var value = _section[setting.Name];
        if (setting.IsSecret && _section[setting.Name + Setting.FileSuffix] is { Length: > 0 } path)
        {
            return string.IsNullOrEmpty(value)
                ? ReadSecret(setting, path)
                : throw new SettingException($"{setting.Variable} and {setting.FileVariable} are both set; take one away.");
        }

        return string.IsNullOrEmpty(value) ? setting.ByDefault : value;
    }

    /// <summary>A text that has to be there.</summary>
    public string Require(Setting setting, string advice) => Find(setting)
        ?? throw new SettingException(
            setting.IsSecret
                ? $"{setting.Variable} or {setting.FileVariable} is missing. {advice}"
                : $"{setting.Variable} is missing. {advice}");

    /// <summary>One of a few words.</summary>
    public T Choose<T>(Setting setting, IReadOnlyDictionary<string, T> choices)
    {
        var word = Find(setting) ?? "";
        return choices.TryGetValue(word, out var choice)
            ? choice
            : throw Impossible(setting, word, $"one of {string.Join(", ", choices.Keys)}");
    }

    /// <summary>A whole number within limits.</summary>
    public int Number(Setting setting, int min, int max) =>
        FindNumber(setting, min, max) ?? throw Impossible(setting, "", $"a whole number from {min} to {max}");

    /// <summary>A whole number within limits; null where it is not set.</summary>
    public int? FindNumber(Setting setting, int min, int max)
    {
        var text = Find(setting);
        return text is null ? null
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number >= min && number <= max
                ? number
                : throw Impossible(setting, text, $"a whole number from {min} to {max}");
    }

    /// <summary>A duration of at least some length.</summary>
    public TimeSpan Duration(Setting setting, TimeSpan min)
    {
        var text = Find(setting) ?? "";
        return !Durations.TryParse(text, out var duration)
            ? throw Impossible(setting, text, "a duration such as 90s, 15m, 24h or 7d")
            : duration < min
                ? throw Impossible(setting, text, $"at least {min.TotalSeconds:F0}s")
                : duration;
    }

    /// <summary>An address and a port.</summary>
    public IPEndPoint EndPoint(Setting setting)
    {
        var text = Find(setting) ?? "";
        return text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text, out var endpoint)
            ? endpoint
            : throw Impossible(setting, text, "an address and a port, such as 0.0.0.0:9400 or [::]:9400");
    }

    /// <summary>What to tell an operator whose setting says something that it cannot.</summary>
    public static SettingException Impossible(Setting setting, string value, string wanted) =>
        new($"{setting.Variable} is '{value}'; it has to be {wanted}.");

    private static string ReadSecret(Setting setting, string path)
    {
        try
        {
            var secret = File.ReadAllText(path).Trim();
            return secret.Length > 0
                ? secret
                : throw new SettingException($"{setting.FileVariable}: the file {path} is empty.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new SettingException($"{setting.FileVariable}: {fault.Message}", fault);
        }
    }
}
