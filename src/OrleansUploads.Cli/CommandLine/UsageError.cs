using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using OrleansUploads.Cli.Remote;

namespace OrleansUploads.Cli.CommandLine;

/// <summary>Reports a wrong command line: one line with what is wrong, and where the help is.</summary>
internal static partial class UsageError
{
    /// <returns>The exit code.</returns>
    public static int Report(ParseResult parsed)
    {
        var command = string.Join(' ', Names(parsed.CommandResult));
        var errors = string.Join(' ', parsed.Errors.Select(error => Describe(error.Message)).Distinct());
        return Failure.Report($"{errors} See '{command} --help'.", ExitCode.Usage);
    }

    /// <summary>The library names the types of the program, and separates words by tabs.</summary>
    private static string Describe(string message) =>
        Blanks().Replace(Unparsable().Replace(message, "'$1' is not a valid value for $2."), " ");

    [GeneratedRegex("^Cannot parse argument '(.*)' for (?:command|option) '(.*)' as expected type .*$", RegexOptions.Singleline)]
    private static partial Regex Unparsable();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

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
