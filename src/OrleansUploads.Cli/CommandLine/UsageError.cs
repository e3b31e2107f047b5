using System.CommandLine;
using System.CommandLine.Parsing;
using OrleansUploads.Cli.Remote;

namespace OrleansUploads.Cli.CommandLine;

/// <summary>Reports a wrong command line: one line with what is wrong, and where the help is.</summary>
internal static class UsageError
{
    /// <returns>The exit code.</returns>
    public static int Report(ParseResult parsed)
    {
        var command = string.Join(' ', Names(parsed.CommandResult));
        var errors = string.Join(' ', parsed.Errors.Select(error => error.Message).Distinct());
        return Failure.Report($"{errors} See '{command} --help'.", ExitCode.Usage);
    }

    private static IEnumerable<string> Names(CommandResult command)
    {
        var names = new Stack<string>();
        for (SymbolResult? at = command; at is CommandResult { Command: not RootCommand } named; at = at.Parent)
        {
            names.Push(named.Command.Name);
        }

        return names.Prepend("orleans-uploads");
    }
}
