using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using OrleansUploads.Cli.Remote;

namespace OrleansUploads.Cli.CommandLine;

/// <summary>Reports a wrong command line: one line with what is wrong, and where the help is.</summary>
internal static partial class UsageError
{
    private const string NoCommand = "A command is missing.";

    /// <summary>Whether a command line must be refused.</summary>
    public static bool IsIn(ParseResult parsed) => parsed.Errors.Count > 0 || FindMistypedOption(parsed) is not null;

    /// <returns>The exit code.</returns>
    public static int Report(ParseResult parsed) => Failure.Report(Describe(parsed), ExitCode.Usage);

    /// <summary>Says what is wrong with a command line that has errors.</summary>
    public static string Describe(ParseResult parsed)
    {
        var command = string.Join(' ', Names(parsed.CommandResult));
        if (FindMistypedOption(parsed) is { } option)
        {
            var name = FindNearest(parsed.CommandResult, option.Split('=')[0]);
            var guess = name is null ? "" : $" Did you mean '{name}'?";
            return $"'{option}' is not an option of this command.{guess} A file with this name is './{option}'. See '{command} --help'.";
        }

        var messages = parsed.Errors.Select(error => Describe(error.Message)).Distinct().ToList();
        if (messages.Count > 1)
        {
            // A mistyped command is also reported as a missing one.
            messages.Remove(NoCommand);
        }

        var errors = string.Join(' ', messages);
        var meant = parsed.UnmatchedTokens.Count > 0 && FindNearest(parsed.CommandResult, parsed.UnmatchedTokens[0]) is { } nearest
            ? $" Did you mean '{nearest}'?"
            : "";
        return $"{errors}{meant} See '{command} --help'.";
    }

    /// <summary>The first word that the library takes for the name of a file although it looks like an option.</summary>
    private static string? FindMistypedOption(ParseResult parsed)
    {
        var options = parsed.Tokens.TakeWhile(static token => token.Type != TokenType.DoubleDash).Select(static token => token.Value)
            .Where(static word => word.StartsWith('-') && word != StandardInput.Name).ToHashSet(StringComparer.Ordinal);
        return parsed.CommandResult.Command.Arguments
            .Where(static argument => argument is FileArgument<string> or FileArgument<string[]>)
            .SelectMany(argument => parsed.GetResult(argument)?.Tokens ?? [])
            .Select(static token => token.Value).FirstOrDefault(options.Contains);
    }

    /// <summary>The command or option that a mistyped word most likely stands for, or null if none is near.</summary>
    private static string? FindNearest(CommandResult command, string word)
    {
        // A transposition of two letters counts as two edits.
        const int MostEdits = 2;
        var names = command.Command.Subcommands.Select(static below => below.Name)
            .Concat(WithParents(command).SelectMany(static at => at.Command.Options)
                .SelectMany(static option => option.Aliases.Prepend(option.Name)));
        return names.Where(name => name.StartsWith('-') == word.StartsWith('-') && name.Trim('-').Length > MostEdits)
            .Select(name => (Name: name, Edits: CountEdits(name, word)))
            .Where(static near => near.Edits <= MostEdits)
            .OrderBy(static near => near.Edits).Select(static near => near.Name).FirstOrDefault();
    }

    /// <summary>Levenshtein's distance: the fewest insertions, deletions and replacements that make one word the other.</summary>
    private static int CountEdits(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 0; i < one.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 0; j < other.Length; j++)
            {
                (diagonal, row[j + 1]) = (row[j + 1], Math.Min(Math.Min(row[j], row[j + 1]) + 1, diagonal + (one[i] == other[j] ? 0 : 1)));
            }
        }

        return row[^1];
    }

    /// <summary>The library names the types of the program, separates words by tabs, and does not end every sentence.</summary>
    private static string Describe(string message)
    {
        var line = Blanks().Replace(message, " ").Trim();
        if (line == "Required command was not provided.")
        {
            return NoCommand;
        }

        if (NotInSet().Match(line) is { Success: true } choice)
        {
            var values = choice.Groups[2].Value.Split(' ').Select(value => value.Trim('\''));
            return $"'{choice.Groups[1].Value}' is not a valid value. Use one of: {string.Join(", ", values)}.";
        }

        line = Unparsable().Replace(line, "'$1' is not a valid value for $2.");
        line = Missing().Replace(line, "The argument '$1' is missing.");
        return Unknown().Replace(line, "$1 is not a command or option.");
    }

    [GeneratedRegex("^Cannot parse argument '(.*)' for (?:command|option) '(.*)' as expected type .*$", RegexOptions.Singleline)]
    private static partial Regex Unparsable();

    [GeneratedRegex("^Argument '(.*)' not recognized. Must be one of: (.*)$")]
    private static partial Regex NotInSet();

    [GeneratedRegex("^Required argument '(.*)' missing for command: '.*'.$")]
    private static partial Regex Missing();

    [GeneratedRegex("^Unrecognized command or argument ('.*').$")]
    private static partial Regex Unknown();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    /// <summary>The words of a command, beginning with the program.</summary>
    public static IEnumerable<string> Names(CommandResult command) =>
        WithParents(command).Reverse().Select(static at => at.Command is RootCommand ? "orleans-uploads" : at.Command.Name);

    /// <summary>A command, and those above it.</summary>
    private static IEnumerable<CommandResult> WithParents(CommandResult command)
    {
        for (var at = command; at is not null; at = at.Parent as CommandResult)
        {
            yield return at;
        }
    }
}
