using System.Net;

namespace OrleansUploads.Gateway.Settings;

/// <summary>A setting: how a text of the operator becomes a value in the options of a process.</summary>
/// <typeparam name="TOptions">The options. New ones have the defaults.</typeparam>
/// <param name="Name">Its name, such as <c>StaleAfter</c>. Operators rely on it, so it never changes.</param>
/// <param name="Meaning">What it does, for the help text and the documentation.</param>
/// <param name="Show">Writes the value in some options as text, or null if they have none.</param>
/// <param name="Apply">Reads a text into the options. Returns what is wrong with the text as a sentence, or null if it is
/// valid.</param>
public sealed record Setting<TOptions>(
    string Name, string Meaning, Func<TOptions, string?> Show, Func<TOptions, string, string?> Apply)
    where TOptions : new()
{
    /// <summary>Whether the text can contain secrets. Such texts are not repeated in messages.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Whether the text is a list of values with blanks between them.</summary>
    public bool IsList { get; init; }

    /// <summary>Whether its value depends on other settings, so that they are read together and the text is not read alone.</summary>
    public bool IsRelated { get; init; }

    /// <summary>Whether all silos of a cluster must have the same value.</summary>
    public bool IsSameOnAllSilos { get; init; }

    /// <summary>The default as text, or null.</summary>
    public string? Default => Show(new TOptions());

    /// <summary>Reads a text into the options.</summary>
    /// <param name="options">The options.</param>
    /// <param name="text">The text.</param>
    /// <param name="name">The name of the setting as the operator knows it.</param>
    /// <returns>What is wrong with the text, as a sentence that names the setting, or null if it is valid.</returns>
    public string? Read(TOptions options, string text, string name) =>
        Apply(options, text) is not { } wrong ? null : IsSecret ? $"{name}: {wrong}" : $"{name} is '{text}'. {wrong}";
}

/// <summary>Settings with values of the usual forms.</summary>
public static class Setting
{
    /// <summary>A setting with a value that is read from its text alone.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="meaning">What it does.</param>
    /// <param name="show">Writes the value in some options as text, or null if they have none.</param>
    /// <param name="parse">Reads a text: the value, and null; or what the text must be.</param>
    /// <param name="set">Changes the options.</param>
    public static Setting<TOptions> Of<TOptions, TValue>(
        string name,
        string meaning,
        Func<TOptions, string?> show,
        Func<string, (TValue Value, string? Wanted)> parse,
        Action<TOptions, TValue> set)
        where TOptions : new() => new(name, meaning, show, (options, text) =>
        {
            var (value, wanted) = parse(text);
            if (wanted is not null)
            {
                return $"It must be {wanted}.";
            }

            set(options, value);
            return null;
        });

    /// <summary>Any text.</summary>
    public static Setting<TOptions> Text<TOptions>(
        string name, string meaning, Func<TOptions, string> get, Action<TOptions, string> set)
        where TOptions : new() => Of(name, meaning, get, static text => (text, null), set);

    /// <summary>A value of an enum, by its name in lower case.</summary>
    public static Setting<TOptions> Choice<TOptions, TValue>(
        string name, string meaning, Func<TOptions, TValue> get, Action<TOptions, TValue> set)
        where TOptions : new()
        where TValue : struct, Enum => Choice(name, meaning, Enum.GetValues<TValue>(), get, set);

    /// <summary>One of several values, by its name in lower case.</summary>
    public static Setting<TOptions> Choice<TOptions, TValue>(
        string name, string meaning, IReadOnlyList<TValue> choices, Func<TOptions, TValue> get, Action<TOptions, TValue> set)
        where TOptions : new()
        where TValue : struct => Of(
            name,
            meaning,
            options => WordOf(get(options)),
            text =>
            {
                foreach (var choice in choices)
                {
                    if (text.Equals(WordOf(choice), StringComparison.OrdinalIgnoreCase))
                    {
                        return (choice, null);
                    }
                }

                return (default(TValue), $"one of {string.Join(", ", choices.Select(WordOf))}");
            },
            set);

    /// <summary>A whole number within limits.</summary>
    public static Setting<TOptions> Number<TOptions>(
        string name, string meaning, int min, int max, Func<TOptions, int?> get, Action<TOptions, int> set)
        where TOptions : new() => Of(
            name,
            meaning,
            options => get(options)?.ToString(CultureInfo.InvariantCulture),
            text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
                && value >= min && value <= max
                ? (value, null)
                : (0, string.Create(
                    CultureInfo.InvariantCulture,
                    $"a whole number {(max == int.MaxValue ? $"of at least {min}" : $"from {min} to {max}")}")),
            set);

    /// <summary>A duration with a minimum.</summary>
    public static Setting<TOptions> Duration<TOptions>(
        string name, string meaning, TimeSpan min, Func<TOptions, TimeSpan> get, Action<TOptions, TimeSpan> set)
        where TOptions : new() => Of(
            name,
            meaning,
            options => Durations.Format(get(options)),
            text => !Durations.TryParse(text, out var value) ? (value, $"a duration such as {Durations.Examples}")
                : (value, value < min ? $"at least {Durations.Format(min)}" : null),
            set);

    /// <summary>An address and a port.</summary>
    public static Setting<TOptions> EndPoint<TOptions>(
        string name, string meaning, Func<TOptions, IPEndPoint?> get, Action<TOptions, IPEndPoint> set)
        where TOptions : new() => Of(
            name,
            meaning,
            options => get(options)?.ToString(),
            static text => text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text, out var value)
                ? (value, (string?)null)
                : (null!, "an address and a port, such as 0.0.0.0:9400 or [::]:9400"),
            set);

    /// <summary>The word for a choice.</summary>
    public static string WordOf<TValue>(TValue choice)
        where TValue : struct => choice.ToString()!.ToLowerInvariant();
}
