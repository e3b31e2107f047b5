using System.Globalization;
using System.Net;
using Microsoft.Extensions.Options;
using OrleansUploads.Gateway;
using OrleansUploads.Gateway.Settings;

namespace OrleansUploads.Silo.Settings;

/// <summary>Reads settings, and collects a sentence for each invalid one. The value read for an invalid setting is
/// meaningless, so call <see cref="ThrowIfFlawed"/> before using any value.</summary>
internal sealed class SettingsReader
{
    private readonly IConfigurationSection _section;
    private readonly List<string> _flaws = [];

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

    /// <summary>Returns the value of a setting, or its default, or null if it has neither.</summary>
    public string? Find(Setting setting)
    {
        var value = _section[setting.Name];
        if (!setting.IsSecret || _section[setting.Name + Setting.FileSuffix] is not { Length: > 0 } path)
        {
            return string.IsNullOrEmpty(value) ? setting.ByDefault : value;
        }

        if (!string.IsNullOrEmpty(value))
        {
            Add($"{setting.Variable} and {setting.FileVariable} are both set. Remove one of them.");
            return value;
        }

        return ReadSecret(setting, path);
    }

    /// <summary>Returns the value of a required setting.</summary>
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

    /// <summary>Reads one of several words, or null if the value is another word.</summary>
    public T? Choose<T>(Setting setting, IReadOnlyDictionary<string, T> choices)
        where T : struct
    {
        var word = Find(setting) ?? "";
        if (choices.TryGetValue(word, out var choice))
        {
            return choice;
        }

        AddInvalid(setting, word, $"one of {string.Join(", ", choices.Keys)}");
        return null;
    }

    /// <summary>Reads a whole number within limits.</summary>
    public int ReadNumber(Setting setting, int min, int max) => FindNumber(setting, min, max) ?? min;

    /// <summary>Reads a whole number within limits, or null if it is not set.</summary>
    public int? FindNumber(Setting setting, int min, int max)
    {
        if (Find(setting) is not { } text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
        {
            return number;
        }

        AddInvalid(setting, text, string.Create(CultureInfo.InvariantCulture, $"a whole number from {min} to {max}"));
        return null;
    }

    /// <summary>Reads a duration with a minimum.</summary>
    public TimeSpan ReadDuration(Setting setting, TimeSpan min)
    {
        var text = Find(setting) ?? "";
        if (!Durations.TryParse(text, out var duration))
        {
            AddInvalid(setting, text, $"a duration such as {Durations.Examples}");
        }
        else if (duration < min)
        {
            AddInvalid(setting, text, $"at least {Durations.Format(min)}");
        }

        return duration;
    }

    /// <summary>Reads an address and a port.</summary>
    public IPEndPoint ReadEndPoint(Setting setting) => FindEndPoint(setting) ?? new IPEndPoint(IPAddress.Any, 0);

    /// <summary>Reads an address and a port, or null if it is not set.</summary>
    public IPEndPoint? FindEndPoint(Setting setting)
    {
        if (Find(setting) is not { } text)
        {
            return null;
        }

        if (text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text, out var endpoint))
        {
            return endpoint;
        }

        AddInvalid(setting, text, "an address and a port, such as 0.0.0.0:9400 or [::]:9400");
        return null;
    }

    /// <summary>Reads the options that <c>serve</c> also has.</summary>
    public ServiceOptions ReadService()
    {
        try
        {
            return ServiceOptionsSetup.Bind(setting => Find(Setting.Of(setting)), setting => Setting.Of(setting).Variable);
        }
        catch (OptionsValidationException invalid)
        {
            foreach (var failure in invalid.Failures)
            {
                Add(failure);
            }

            return new ServiceOptions();
        }
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
