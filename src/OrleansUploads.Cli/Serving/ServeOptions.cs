using System.Net;
using Microsoft.Extensions.Options;
using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Gateway.Settings;

namespace OrleansUploads.Cli.Serving;

/// <summary>The options of <c>serve</c>. Those of the service are derived from <see cref="ServiceSettings"/>, with the same
/// descriptions and defaults.</summary>
internal static class ServeOptions
{
    /// <summary>The environment variable with receivers of notifications, in addition to those on the command
    /// line.</summary>
    public const string NotifyVariable = "ORLEANSUPLOADS_NOTIFY";

    private const string AddressForm = "address:port";
    private const int Mebibyte = 1024 * 1024;

    /// <summary>The options of the service, one for each setting.</summary>
    public static IReadOnlyDictionary<ServiceSetting, Option<string[]>> OfService() =>
        ServiceSettings.All.ToDictionary(setting => setting, Create);

    /// <summary>The name of the option of a setting: <c>--stale-after</c> for <c>StaleAfter</c>.</summary>
    public static string NameOf(ServiceSetting setting) => "-" + string.Concat(
        setting.Name.Select(letter => char.IsUpper(letter) ? $"-{char.ToLowerInvariant(letter)}" : letter.ToString()));

    /// <summary>Binds the options of the service.</summary>
    /// <exception cref="OptionsValidationException">Some values are wrong.</exception>
    public static ServiceOptions Bind(
        IReadOnlyDictionary<ServiceSetting, Option<string[]>> options, Func<Option<string[]>, string[]?> valuesOf) =>
        ServiceOptionsSetup.Bind(setting => JoinValues(setting, valuesOf(options[setting])), NameOf);

    /// <summary><c>--listen 127.0.0.1:9400</c>.</summary>
    public static Option<IPEndPoint?> Listen() => ParseAddress(new("--listen")
    {
        Description = "Address and port. With port 0 the system chooses a free port, which is printed.",
        HelpName = AddressForm,
        DefaultValueFactory = _ => new IPEndPoint(IPAddress.Loopback, 9400),
    });

    /// <summary><c>--dashboard-listen 127.0.0.1:9401</c>.</summary>
    public static Option<IPEndPoint?> DashboardListen() => ParseAddress(new("--dashboard-listen")
    {
        Description = "Serve the dashboard at this address and port, and not at that of the APIs. Recommended: no stored bytes then have the "
            + "dashboard's origin in a browser.",
        HelpName = AddressForm,
    });

    private static Option<IPEndPoint?> ParseAddress(Option<IPEndPoint?> option) => option.Parse(
        static text => text.Contains(':', StringComparison.Ordinal)
            && IPEndPoint.TryParse(text.Replace("localhost", "127.0.0.1", StringComparison.OrdinalIgnoreCase), out var endpoint) ? endpoint : null,
        text => $"{option.Name} is '{text}'. It must be an address and a port, such as 127.0.0.1:9400, 0.0.0.0:9400 or [::]:9400.");

    /// <summary><c>--min-free 64MiB</c>.</summary>
    public static Option<long?> MinFree() => new Option<long?>("--min-free")
    {
        Description = "Refuse parts that would leave less than this free on the disk, such as 64MiB or 1GiB. "
            + $"[default: 1 % of the disk, at least {DiskSpace.MinDefaultFloorBytes / Mebibyte}MiB, at most "
            + $"{DiskSpace.MaxDefaultFloorBytes / Mebibyte}MiB]",
        HelpName = "size",
    }.Parse(
        static text => ByteCount.TryParse(text, out var bytes) ? bytes : null,
        static text => $"--min-free is '{text}'. It must be a number of bytes, such as 64MiB or 1GiB.");

    private static Option<string[]> Create(ServiceSetting setting)
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

    private static string Describe(ServiceSetting setting)
    {
        var meaning = setting.Meaning.Replace("`", "", StringComparison.Ordinal);
        return setting == ServiceSettings.Notify
            ? $"{meaning} The environment variable {NotifyVariable} can list more."
            : meaning;
    }

    private static string? JoinValues(ServiceSetting setting, string[]? values)
    {
        var text = string.Join(' ', values ?? []);
        return setting == ServiceSettings.Notify
            ? $"{Environment.GetEnvironmentVariable(NotifyVariable)} {text}".Trim()
            : text;
    }
}
