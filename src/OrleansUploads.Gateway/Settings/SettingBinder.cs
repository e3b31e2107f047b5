namespace OrleansUploads.Gateway.Settings;

/// <summary>Binds settings to the texts of an operator, and collects a sentence for each wrong one. If there are any, the
/// values are meaningless.</summary>
/// <param name="nameOf">As the operator knows it.</param>
internal sealed class SettingBinder(Func<Setting, string> nameOf)
{
    private readonly List<(string? Setting, string Sentence)> _flaws = [];
    private readonly HashSet<string> _set = [];
    private readonly Dictionary<string, string> _names = [];

    /// <summary>What is wrong with the settings. Each sentence names its setting.</summary>
    public IReadOnlyList<string> Flaws => [.. _flaws.Select(static flaw => flaw.Sentence)];

    /// <summary><paramref name="textOf"/> returns null or an empty text for the default.</summary>
    public T Bind<T>(Func<Setting, string?> textOf)
        where T : new()
    {
        var settings = new T();
        foreach (var setting in Setting.Of<T>())
        {
            _names[setting.Name] = nameOf(setting);
            if (textOf(setting) is { Length: > 0 } text)
            {
                _set.Add(setting.Name);
                if (setting.Read(settings, text) is { } wrong)
                {
                    var name = NameOf(setting.Name);
                    Add(setting.Declaration.IsSecret ? $"{name}: {wrong}" : $"{name} is '{text}'. {wrong}", setting.Name);
                }
            }
        }

        return settings;
    }

    /// <summary>The name of a setting that was bound, as the operator knows it.</summary>
    public string NameOf(string setting) => _names[setting];

    /// <summary>Whether a setting has the default, or a value of its form.</summary>
    public bool IsValid(string setting) => !_flaws.Exists(flaw => flaw.Setting == setting);

    /// <summary>Whether the operator has set a setting, even to an invalid text.</summary>
    public bool IsSet(string setting) => _set.Contains(setting) || !IsValid(setting);

    /// <summary>Adds a sentence about settings.</summary>
    /// <param name="sentence">With the names that the operator knows.</param>
    /// <param name="setting">Null if several settings contradict each other.</param>
    public void Add(string sentence, string? setting = null) => _flaws.Add((setting, sentence));

    /// <summary>Refuses two settings that exclude each other.</summary>
    public void RefuseBoth(string one, string other)
    {
        if (IsSet(one) && IsSet(other))
        {
            Add($"{NameOf(one)} and {NameOf(other)} are both set. Remove one of them.");
        }
    }

    /// <summary>Removes what is wrong with a setting that has no effect.</summary>
    public void Forgive(string setting) => _flaws.RemoveAll(flaw => flaw.Setting == setting);
}
