using OrleansUploads.Gateway.Settings;

namespace OrleansUploads.Cli.Serving;

/// <summary>Options that are <see cref="ServiceSettings"/>, with the same descriptions and defaults.</summary>
internal sealed class ServeOptions
{
    /// <summary>The environment variable with receivers of notifications, in addition to those on the command
    /// line.</summary>
    public const string NotifyVariable = "ORLEANSUPLOADS_NOTIFY";

    private readonly Dictionary<string, Option<string[]>> _options;

    private ServeOptions(IEnumerable<Setting> settings) => _options = settings.ToDictionary(static setting => setting.Name, Create);

    public static ServeOptions OfService() => new(Setting.Of<ServiceSettings>());

    /// <summary>The options that say where the bytes are, for commands that read them without a server.</summary>
    public static ServeOptions OfParts() => new(Setting.Of<ServiceSettings>().Where(static setting =>
        setting.Name is nameof(ServiceSettings.Parts) or nameof(ServiceSettings.PartsEndpoint) or nameof(ServiceSettings.PartsRegion)));

    public void AddTo(Command command)
    {
        foreach (var option in _options.Values)
        {
            command.Add(option);
        }

        command.Validators.Add(result =>
        {
            Bind(result.GetValueIfValid, out var flaws);
            foreach (var flaw in flaws)
            {
                result.AddError(flaw);
            }
        });
    }

    /// <summary>Returns the settings of a valid command line.</summary>
    public ServiceSettings Bind(ParseResult commandLine) => Bind(commandLine.GetValue, out _);

    private ServiceSettings Bind(Func<Option<string[]>, string[]?> valuesOf, out IReadOnlyList<string> flaws)
    {
        var binder = new SettingBinder(NameOf);
        var settings = binder.Bind<ServiceSettings>(
            setting => _options.TryGetValue(setting.Name, out var option) ? JoinValues(setting, valuesOf(option)) : null);
        settings.Check(binder);
        flaws = binder.Flaws;
        return settings;
    }

    /// <summary>The option of a setting: <c>--stale-after</c> for <c>StaleAfter</c>.</summary>
    private static string NameOf(Setting setting) => "-" + string.Concat(
        setting.Name.Select(letter => char.IsUpper(letter) ? $"-{char.ToLowerInvariant(letter)}" : letter.ToString()));

    private static Option<string[]> Create(Setting setting)
    {
        var option = new Option<string[]>(NameOf(setting))
        {
            Description = Describe(setting),
            HelpName = "value",
            Arity = setting.Declaration.IsList ? ArgumentArity.OneOrMore : ArgumentArity.ExactlyOne,
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

    private static string JoinValues(Setting setting, string[]? values)
    {
        var text = string.Join(' ', values ?? []);
        return setting.Name == nameof(ServiceSettings.Notify)
            ? $"{Environment.GetEnvironmentVariable(NotifyVariable)} {text}".Trim()
            : text;
    }
}
