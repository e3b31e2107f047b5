using System.CommandLine;

namespace OrleansUploads.Silo.Settings;

/// <summary>Settings on the command line, such as <c>--OrleansUploads:Listen=127.0.0.1:9400</c>. For System.CommandLine, a section is an
/// option, and the rest is its value.</summary>
internal static class SettingArguments
{
    private const string Logging = "Logging";

    public static void AddTo(RootCommand root)
    {
        root.Add(Create(SettingVariables.Section, "A setting, such as --OrleansUploads:Listen=127.0.0.1:9400, instead of its variable."));
        root.Add(Create(Logging, "A level of the log, such as --Logging:LogLevel:Default=Information."));
    }

    /// <summary>The settings, as the configuration reads them from a command line.</summary>
    public static string[] Of(ParseResult commandLine) =>
    [
        .. from section in (string[])[SettingVariables.Section, Logging]
           from text in commandLine.GetValue<string[]>(OptionOf(section)) ?? []
           select $"{OptionOf(section)}:{text}",
    ];

    private static string OptionOf(string section) => $"--{section}";

    private static Option<string[]> Create(string section, string description)
    {
        var option = new Option<string[]>(OptionOf(section))
        {
            Description = description,
            HelpName = "NAME=VALUE",
            Recursive = true,
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
        };
        option.Validators.Add(result =>
        {
            foreach (var text in result.Tokens.Select(static token => token.Value).Where(static text => text.IndexOf('=', StringComparison.Ordinal) <= 0))
            {
                result.AddError($"{option.Name}:{text} has no value. Write {option.Name}:{text}=VALUE.");
            }
        });
        return option;
    }
}
