using System.CommandLine;
using OrleansUploads.Gateway.Settings;

namespace OrleansUploads.Silo.Settings;

/// <summary>Reads the settings from a file, variables, the command line, and the files of secrets.</summary>
internal static class SettingsReader
{
    private const string LevelSection = "LogLevel";

    /// <summary>Adds the file beside the program, the environment and the command line to a configuration, and reads all settings.</summary>
    /// <exception cref="SettingException">Some settings are wrong; the message names all of them.</exception>
    public static SiloSettings Read(ConfigurationManager configuration, ParseResult commandLine)
    {
        AddFile(configuration, Path.Combine(AppContext.BaseDirectory, "appsettings.json"));
        configuration.AddEnvironmentVariables().AddCommandLine(SettingArguments.Of(commandLine));
        return Read(configuration);
    }

    /// <summary>Adds a file, if it exists.</summary>
    /// <exception cref="SettingException">It is not JSON.</exception>
    internal static void AddFile(ConfigurationManager configuration, string path)
    {
        try
        {
            configuration.AddJsonFile(path, optional: true, reloadOnChange: false);
        }
        catch (InvalidDataException fault)
        {
            throw new SettingException($"{path} cannot be read: {fault.GetBaseException().Message}", fault);
        }
    }

    public static SiloSettings Read(IConfiguration configuration)
    {
        var section = configuration.GetSection(SettingVariables.Section);
        var binder = new SettingBinder(static setting => VariableOf(setting.Name));
        RefuseUnknown(section, binder);
        RefuseWrongLevels(configuration.GetSection("Logging"), binder);
        var settings = binder.Bind<SiloSettings>(setting => Find(section, setting, binder));
        settings.Check(binder);
        return binder.Flaws switch
        {
            [] => settings,
            [var only] => throw new SettingException(only),
            var flaws => throw new SettingException(
                $"{flaws.Count} settings are wrong:{string.Concat(flaws.Select(static flaw => $"{Environment.NewLine}- {flaw}"))}"),
        };
    }

    /// <summary>Refuses all other names, because a mistyped setting would have no effect.</summary>
    private static void RefuseUnknown(IConfigurationSection section, SettingBinder binder)
    {
        string[] known =
        [
            .. Setting.Of<SiloSettings>().SelectMany(static setting =>
                setting.Declaration.IsSecret ? [setting.Name, setting.Name + SettingVariables.FileSuffix] : new[] { setting.Name }).Order(StringComparer.Ordinal),
        ];
        foreach (var unknown in section.GetChildren().Where(set => !known.Contains(set.Key, StringComparer.OrdinalIgnoreCase)))
        {
            binder.Add($"Unknown setting {VariableOf(unknown.Key)}. Valid settings: {string.Join(", ", known)}.");
        }
    }

    /// <summary>Refuses levels of the log that do not exist, of all providers and of one. The host would end with a dump.</summary>
    private static void RefuseWrongLevels(IConfigurationSection logging, SettingBinder binder)
    {
        foreach (var level in logging.GetChildren().SelectMany(
            static section => section.Key.Equals(LevelSection, StringComparison.OrdinalIgnoreCase)
                ? section.GetChildren()
                : section.GetSection(LevelSection).GetChildren()))
        {
            if (level.Value is { Length: > 0 } text && !Enum.TryParse<LogLevel>(text, ignoreCase: true, out _))
            {
                binder.Add(
                    $"{level.Path.Replace(":", "__", StringComparison.Ordinal)} is '{text}'. It must be one of "
                    + $"{string.Join(", ", Enum.GetNames<LogLevel>())}.");
            }
        }
    }

    /// <returns>Null if it is not set.</returns>
    private static string? Find(IConfigurationSection section, Setting setting, SettingBinder binder)
    {
        var text = section[setting.Name];
        if (!setting.Declaration.IsSecret || section[setting.Name + SettingVariables.FileSuffix] is not { Length: > 0 } path)
        {
            return text;
        }

        var variable = FileVariableOf(setting.Name);
        if (!string.IsNullOrEmpty(text))
        {
            binder.Add($"{VariableOf(setting.Name)} and {variable} are both set. Remove one of them.", setting.Name);
            return text;
        }

        try
        {
            var secret = File.ReadAllText(path).Trim();
            if (secret.Length > 0)
            {
                return secret;
            }

            binder.Add($"{variable}: the file {path} is empty.", setting.Name);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            binder.Add($"{variable}: {fault.Message}", setting.Name);
        }

        return null;
    }
}
