using System.CommandLine.Parsing;
using OrleansUploads.Gateway.Settings;

namespace OrleansUploads.Cli.Serving;

/// <summary>The options of <c>serve</c> that are <see cref="ServiceSettings"/>, with the same descriptions and defaults.</summary>
internal static class ServeOptions
{
    /// <summary>The environment variable with receivers of notifications, in addition to those on the command
    /// line.</summary>
    public const string NotifyVariable = "ORLEANSUPLOADS_NOTIFY";

    private static readonly string[] PartsSettings =
        [nameof(ServiceSettings.Parts), nameof(ServiceSettings.PartsEndpoint), nameof(ServiceSettings.PartsRegion)];

    /// <summary>The options of the service, one for each setting.</summary>
    public static IReadOnlyDictionary<Setting, Option<string[]>> OfService() =>
        Setting.Of<ServiceSettings>().ToDictionary(static setting => setting, Create);

    /// <summary>The options that say where the bytes are, for commands that read them without a server.</summary>
    public static IReadOnlyDictionary<Setting, Option<string[]>> OfParts() =>
        Setting.Of<ServiceSettings>().Where(static setting => PartsSettings.Contains(setting.Name))
            .ToDictionary(static setting => setting, Create);

    /// <summary>Adds an error to a command line for each wrong option.</summary>
    public static void Validate(CommandResult result, IReadOnlyDictionary<Setting, Option<string[]>> options)
    {
        foreach (var flaw in Bind(options, result.GetValueIfValid, out _).Flaws)
        {
            result.AddError(flaw);
        }
    }

    /// <summary>The name of the option of a setting: <c>--stale-after</c> for <c>StaleAfter</c>.</summary>
    private static string NameOf(Setting setting) => "-" + string.Concat(
        setting.Name.Select(letter => char.IsUpper(letter) ? $"-{char.ToLowerInvariant(letter)}" : letter.ToString()));

    /// <summary>Binds valid options.</summary>
    public static ServiceSettings Bind(
        IReadOnlyDictionary<Setting, Option<string[]>> options, Func<Option<string[]>, string[]?> valuesOf)
    {
        Bind(options, valuesOf, out var settings);
        return settings;
    }

    private static SettingBinder Bind(
        IReadOnlyDictionary<Setting, Option<string[]>> options, Func<Option<string[]>, string[]?> valuesOf, out ServiceSettings settings)
    {
        var binder = new SettingBinder(NameOf);
        settings = binder.Bind<ServiceSettings>(
            setting => options.TryGetValue(setting, out var option) ? JoinValues(setting, valuesOf(option)) : null);
        return binder;
    }

    private static Option<string[]> Create(Setting setting)
    {
        var option = new Option<string[]>(NameOf(setting))
        {
            Description = Describe(setting),
            HelpName = "value",
            Arity = setting.IsList ? ArgumentArity.OneOrMore : ArgumentArity.ExactlyOne,
            AllowMultipleArgumentsPerToken = false,
            CustomParser = static result => [.. result.Tokens.Select(token => token.Value)],
        };
        if (setting.Default is { } byDefault)
        {
            option.DefaultValueFactory = _ => [byDefault];
        }

        return option.RefuseEmpty();
    }

    private static string Describe(Setting setting)
    {
        var meaning = setting.Meaning.Replace("`", "", StringComparison.Ordinal);
        return setting.Name == nameof(ServiceSettings.Notify)
            ? $"{meaning} The environment variable {NotifyVariable} can list more."
            : meaning;
    }

    private static string? JoinValues(Setting setting, string[]? values)
    {
        var text = string.Join(' ', values ?? []);
        return setting.Name == nameof(ServiceSettings.Notify)
            ? $"{Environment.GetEnvironmentVariable(NotifyVariable)} {text}".Trim()
            : text;
    }
}
