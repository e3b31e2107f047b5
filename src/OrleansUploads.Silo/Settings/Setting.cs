using System.Globalization;
using System.Linq.Expressions;
using System.Net;
using System.Reflection;
using OrleansUploads.Core.Values;
using OrleansUploads.Gateway;
using OrleansUploads.Gateway.Settings;

namespace OrleansUploads.Silo.Settings;

/// <summary>A setting of a silo or gateway.</summary>
/// <param name="Name">Its name in the section <c>OrleansUploads</c>.</param>
/// <param name="Meaning">What it does.</param>
/// <param name="Value">How it becomes a value, or null if that depends on other settings.</param>
/// <param name="IsSecret">Whether the value may come from a file. The setting with the same name and
/// <see cref="FileSuffix"/> contains its path.</param>
internal sealed record Setting(string Name, string Meaning, SettingValue? Value = null, bool IsSecret = false)
{
    /// <summary>The section of all settings.</summary>
    public const string Section = "OrleansUploads";

    /// <summary>The suffix of a setting that contains the path of a secret's file.</summary>
    public const string FileSuffix = "_FILE";

    /// <summary>Its default as text, or null.</summary>
    public string? ByDefault => Value?.Show(new SiloSettings());

    /// <summary>Its name as an environment variable.</summary>
    public string Variable => $"{Section}__{Name}";

    /// <summary>The environment variable that contains the path of a secret's file.</summary>
    public string FileVariable => Variable + FileSuffix;

    /// <summary>Its name for people who read a message.</summary>
    public override string ToString() => Variable;

    /// <summary>Creates a setting that <c>serve</c> also has.</summary>
    public static Setting Of(ServiceSetting setting) => new(
        setting.Name,
        setting.IsSameOnAllSilos ? $"{setting.Meaning.TrimEnd('.')}; the same on all silos." : setting.Meaning,
        new SettingValue(settings => setting.Show(settings.Service), (settings, text) => setting.Apply(settings.Service, text)),
        setting.IsSecret);

    /// <summary>Uses what the setting names, such as a file.</summary>
    /// <exception cref="SettingException">It cannot be used. The message names the setting.</exception>
    public T Use<T>(Func<T> use)
    {
        try
        {
            return use();
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new SettingException($"{Variable}: {fault.Message}", fault);
        }
    }
}

/// <summary>How a value is written as text, and read from it, as in <see cref="ServiceSetting"/>.</summary>
/// <param name="Show">Writes the value in some settings as text, or null if they have none.</param>
/// <param name="Apply">Reads a text into the settings. Returns what is wrong with the text as a sentence, or null if it is
/// valid.</param>
internal sealed record SettingValue(Func<SiloSettings, string?> Show, Func<SiloSettings, string, string?> Apply)
{
    /// <summary>Any text.</summary>
    public static SettingValue Text(Expression<Func<SiloSettings, string>> property) => Of(property, static text => (text, ""));

    /// <summary>One of several words: the values of an enum, or true and false.</summary>
    public static SettingValue Choice<T>(IReadOnlyList<T> choices, Expression<Func<SiloSettings, T>> property)
        where T : struct => Of(
            property,
            text => (
                choices.Where(choice => text.Equals(WordOf(choice), StringComparison.OrdinalIgnoreCase)).Cast<object>().FirstOrDefault(),
                $"one of {string.Join(", ", choices.Select(static choice => WordOf(choice)))}"),
            WordOf);

    /// <summary>A whole number within limits.</summary>
    public static SettingValue Number(int min, int max, Expression<Func<SiloSettings, int?>> property) => Of(
        property,
        text => (
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
                ? number : null,
            string.Create(CultureInfo.InvariantCulture, $"a whole number from {min} to {max}")));

    /// <summary>A duration with a minimum.</summary>
    public static SettingValue Duration(TimeSpan min, Expression<Func<SiloSettings, TimeSpan>> property) => Of(
        property,
        text => !Durations.TryParse(text, out var duration) ? (null, $"a duration such as {Durations.Examples}")
            : duration < min ? (null, $"at least {Durations.Format(min)}")
            : (duration, ""),
        static duration => Durations.Format((TimeSpan)duration));

    /// <summary>An address and a port.</summary>
    public static SettingValue EndPoint(Expression<Func<SiloSettings, IPEndPoint?>> property) => Of(
        property,
        static text => (
            text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text, out var endpoint) ? endpoint : null,
            "an address and a port, such as 0.0.0.0:9400 or [::]:9400"));

    /// <summary>The ID of an account.</summary>
    public static SettingValue Account(Expression<Func<SiloSettings, AccountId>> property) => Of(
        property, static text => (AccountId.TryParse(text, out var account) ? account : null, "12 digits"));

    /// <summary>The word for a choice.</summary>
    public static string WordOf(object choice) => choice.ToString()!.ToLowerInvariant();

    /// <summary>A property of the settings.</summary>
    /// <param name="property">The property.</param>
    /// <param name="parse">Reads a text: the value, or null and what the text must be.</param>
    /// <param name="show">Writes a value as text.</param>
    private static SettingValue Of(
        LambdaExpression property, Func<string, (object? Value, string Wanted)> parse, Func<object, string>? show = null)
    {
        var named = property.Body is UnaryExpression conversion ? conversion.Operand : property.Body;
        var member = (PropertyInfo)((MemberExpression)named).Member;
        return new(
            settings => member.GetValue(settings) is { } value ? show is null ? value.ToString() : show(value) : null,
            (settings, text) =>
            {
                var (value, wanted) = parse(text);
                if (value is null)
                {
                    return $"It must be {wanted}.";
                }

                member.SetValue(settings, value);
                return null;
            });
    }
}
