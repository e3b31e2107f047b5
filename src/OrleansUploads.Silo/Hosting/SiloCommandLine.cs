using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using OrleansUploads.Gateway.Checking;
using OrleansUploads.Gateway.Http.Health;
using OrleansUploads.Gateway.Settings;
using OrleansUploads.Serving;
using OrleansUploads.Silo.Checking;
using OrleansUploads.Silo.Identity;
using OrleansUploads.Silo.Moving;
using OrleansUploads.Silo.Status;
using OrleansUploads.Silo.Storage;

namespace OrleansUploads.Silo.Hosting;

/// <summary>The command line of the program. Without a command, it runs a silo or a gateway. The commands have the same settings.</summary>
internal static class SiloCommandLine
{
    private const string Check = "check";
    private const string Status = "status";

    public static ParseResult Parse(params string[] words)
    {
        var root = new RootCommand("Runs a silo or a gateway of a cluster. The commands need the settings of a silo.")
        {
            OperatorCommand.CreateClock(),
            OperatorCommand.CreateBackup(),
            ImportCommand.Create(),
            CopyCommand.CreateRestore(),
            CopyCommand.CreateClone(),
            ClusterTakeOverCommand.Create(),
            ClusterCheckCommand.Create(Check),
            StatusCommand.Create(Status),
        };
        SettingArguments.AddTo(root);
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new Help((HelpAction)help.Action!);
        root.Options.OfType<VersionOption>().Single().Action = new Version();
        root.SetAction(static (commandLine, _) => SiloProcess.RunAsync(commandLine));
        return root.Parse(words, new ParserConfiguration { ResponseFileTokenReplacer = null });
    }

    /// <summary>Runs what a command line asks for.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="SettingException">The command line or a setting is wrong, or the command failed. The message says why.</exception>
    /// <exception cref="InterruptedException">The command was interrupted.</exception>
    public static Task<int> RunAsync(ParseResult commandLine) => commandLine.Errors.Count == 0
        ? commandLine.InvokeAsync(new InvocationConfiguration
        {
            // The host of a silo or gateway handles signals itself. A command ends before this time is over.
            ProcessTerminationTimeout = commandLine.CommandResult.Command is RootCommand ? null : TimeSpan.FromSeconds(10),
            EnableDefaultExceptionHandler = false,
        })
        : throw new SettingException($"{Describe(commandLine)} See 'orleans-uploads-silo --help'.");

    /// <summary>The exit code if a command fails or is interrupted. A command that judges the cluster says with it that it has not come to a
    /// result.</summary>
    public static int FailureCodeOf(ParseResult commandLine, bool isInterrupted = false) =>
        commandLine.CommandResult.Command.Name is Check or Status ? (int)CheckOutcome.NotChecked
        : isInterrupted ? InterruptedException.ExitCode
        : 1;

    /// <summary>Says what is wrong with a command line that has errors. Values are not repeated: they may be secrets.</summary>
    private static string Describe(ParseResult commandLine)
    {
        var ofValues = commandLine.Errors.Where(static error => error.SymbolResult is not CommandResult).ToList();
        if (ofValues.Count > 0 || commandLine.UnmatchedTokens is not [var word, ..])
        {
            return string.Join(' ', (ofValues.Count > 0 ? ofValues : commandLine.Errors).Select(static error => error.Message).Distinct());
        }

        var name = word.Split('=')[0];
        var bare = name.TrimStart('-').Split(':', '_')[^1];
        return Setting.Of<SiloSettings>().FirstOrDefault(known => known.Name.Equals(bare, StringComparison.OrdinalIgnoreCase)) is { } setting
            ? $"{name} has no effect. Write --{SettingVariables.Section}:{setting.Name}=VALUE."
            : $"'{name}' is neither a command nor an option.";
    }

    /// <summary>Prints the help of a command. The help of the program lists every setting with its default and meaning.</summary>
    private sealed class Help(HelpAction inner) : SynchronousCommandLineAction
    {
        /// <summary>The help is printed although the rest of the command line is wrong.</summary>
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var code = inner.Invoke(parseResult);
            if (parseResult.CommandResult.Command is RootCommand)
            {
                var output = parseResult.InvocationConfiguration.Output;
                output.WriteLine("Settings, as environment variables. A secret may be in a file: OrleansUploads__ConnectionString_FILE=/run/secret.");
                foreach (var setting in Setting.Of<SiloSettings>())
                {
                    output.WriteLine($"  {VariableOf(setting.Name)}{(setting.Default is { } value ? $" (default: {value})" : "")}");
                    output.WriteLine($"      {setting.MeaningInCluster}");
                }
            }

            return code;
        }
    }

    private sealed class Version : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine(ServerDescription.VersionOf(typeof(SiloCommandLine).Assembly));
            return 0;
        }
    }
}
