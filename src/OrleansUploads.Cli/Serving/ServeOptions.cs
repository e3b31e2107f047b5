using System.CommandLine.Parsing;
using Microsoft.Extensions.Options;
using OrleansUploads.Gateway.Settings;

namespace OrleansUploads.Cli.Serving;

/// <summary>The options of <c>serve</c> that are derived from <see cref="ServiceSettings"/>, with the same descriptions and
/// defaults.</summary>
internal static class ServeOptions
{
    /// <summary>The environment variable with receivers of notifications, in addition to those on the command
    /// line.</summary>
    public const string NotifyVariable = "ORLEANSUPLOADS_NOTIFY";

    /// <summary>The options of the service, one for each setting.</summary>
    public static IReadOnlyDictionary<Setting<ServiceOptions>, Option<string[]>> OfService() =>
        ServiceSettings.All.ToDictionary(setting => setting, Create);

    /// <summary>The options that say where the bytes are, for commands that read them without a server.</summary>
    public static IReadOnlyDictionary<Setting<ServiceOptions>, Option<string[]>> OfParts() =>
        new[] { ServiceSettings.Parts, ServiceSettings.PartsEndpoint, ServiceSettings.PartsRegion }.ToDictionary(setting => setting, Create);

    /// <summary>Adds an error to a command line for each wrong option.</summary>
    public static void Validate(CommandResult result, IReadOnlyDictionary<Setting<ServiceOptions>, Option<string[]>> options)
    {
        try
        {
            Bind(options, result.GetValueIfValid);
        }
        catch (OptionsValidationException invalid)
        {
            foreach (var failure in invalid.Failures)
            {
                result.AddError(failure);
            }
        }
    }

    /// <summary>The name of the option of a setting: <c>--stale-after</c> for <c>StaleAfter</c>.</summary>
    public static string NameOf(Setting<ServiceOptions> setting) => "-" + string.Concat(
        setting.Name.Select(letter => char.IsUpper(letter) ? $"-{char.ToLowerInvariant(letter)}" : letter.ToString()));

    /// <summary>Binds the options of the service.</summary>
    /// <exception cref="OptionsValidationException">Some values are wrong.</exception>
    public static ServiceOptions Bind(
        IReadOnlyDictionary<Setting<ServiceOptions>, Option<string[]>> options,
        Func<Option<string[]>, string[]?> valuesOf) =>
        ServiceSettings.Bind(
            setting => options.TryGetValue(setting, out var option) ? JoinValues(setting, valuesOf(option)) : null, NameOf);

    private static Option<string[]> Create(Setting<ServiceOptions> setting)
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

    private static string Describe(Setting<ServiceOptions> setting)
    {
        var meaning = setting.Meaning.Replace("`", "", StringComparison.Ordinal);
        return setting == ServiceSettings.Notify
            ? $"{meaning} The environment variable {NotifyVariable} can list more."
            : meaning;
    }

    private static string? JoinValues(Setting<ServiceOptions> setting, string[]? values)
    {
        var text = string.Join(' ', values ?? []);
        return setting == ServiceSettings.Notify
            ? $"{Environment.GetEnvironmentVariable(NotifyVariable)} {text}".Trim()
            : text;
    }
}
