namespace OrleansUploads.Gateway.Settings;

/// <summary>Makes a property a setting: the property has its name, its type and its default. Operators rely on all of them.</summary>
/// <param name="meaning">What it does, for the help and the documentation. <c>{min}</c> and <c>{max}</c> stand for the limits.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SettingAttribute(string meaning) : Attribute
{
    public string Meaning { get; } = meaning;

    /// <summary>A maximum for durations that a timer of .NET waits for: it cannot wait 50 days, and fails only when it begins.</summary>
    public const int MaxTimerSeconds = 7 * 24 * 3600;

    /// <summary>Minimum of a number, or of a duration in seconds.</summary>
    public int Min { get; set; } = 1;

    /// <summary>Maximum of a number, or of a duration in seconds. <see cref="int.MaxValue"/> stands for none.</summary>
    public int Max { get; set; } = int.MaxValue;

    public TextForm Form { get; set; }

    /// <summary>A valid address, for the message about a wrong one.</summary>
    public string? Example { get; set; }

    public bool RequiresHttps { get; set; }

    /// <summary>Whether the text is a list of values with blanks between them.</summary>
    public bool IsList { get; set; }

    /// <summary>Whether the text can contain secrets. Such texts are not repeated in messages, and a silo can read them from files.</summary>
    public bool IsSecret { get; set; }

    /// <summary>Whether all silos of a cluster must have the same value.</summary>
    public bool IsSameOnAllSilos { get; set; }
}

/// <summary>What the text of a setting must be.</summary>
internal enum TextForm
{
    Any,

    Region,

    Domain,
}
