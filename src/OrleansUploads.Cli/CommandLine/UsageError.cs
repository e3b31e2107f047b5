using System.CommandLine.Parsing;

namespace OrleansUploads.Cli.CommandLine;

/// <summary>Reports a wrong command line: one line with what is wrong, and where the help is.</summary>
internal static class UsageError
{
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
            var guess = Guess(parsed.CommandResult, option.Split('=')[0]);
            var name = parsed.CommandResult.Command.Arguments.Any(static argument => argument is ArchiveArgument)
                ? "An archive with this name follows '--'."
                : $"A file with this name is './{option}'.";
            return $"'{option}' is not an option of this command.{guess} {name} See '{command} --help'.";
        }

        // Errors of a command are, in this order, the library's and those of our validators.
        var isIncomplete = parsed.CommandResult.Command is { Action: null, Subcommands.Count: > 0 };
        var ofCommand = parsed.Errors.Where(static error => error.SymbolResult is CommandResult)
            .Skip(parsed.UnmatchedTokens.Count + (isIncomplete ? 1 : 0));
        string[] errors =
        [
            .. parsed.UnmatchedTokens.Select(static word => $"'{word}' is not a command or option."),
            .. ofCommand.Concat(parsed.Errors.Where(static error => error.SymbolResult is not CommandResult)).Select(Describe).Distinct(),
        ];
        var all = errors.Length == 0 ? "A command is missing." : string.Join(' ', errors);
        var meant = Guess(parsed.CommandResult, parsed.UnmatchedTokens.FirstOrDefault("").Split('=')[0]);
        return $"{all}{meant} See '{command} --help'.".ReplaceLineEndings(" ");
    }

    /// <summary>The words of a command, beginning with the program.</summary>
    public static IEnumerable<string> Names(CommandResult command) =>
        WithParents(command).Reverse().Select(static at => at.Command is RootCommand ? "orleans-uploads" : at.Command.Name);

    /// <summary>A command, and those above it.</summary>
    public static IEnumerable<CommandResult> WithParents(CommandResult? command)
    {
        for (var at = command; at is not null; at = at.Parent as CommandResult)
        {
            yield return at;
        }
    }

    private static string Describe(ParseError error) => error.SymbolResult is ArgumentResult { Tokens.Count: 0, Argument: var missing }
        ? $"The argument '{missing.Name}' is missing."
        : error.Message;

    /// <summary>The first word that the library takes for the name of a file or archive although it looks like an option.</summary>
    private static string? FindMistypedOption(ParseResult parsed)
    {
        var options = parsed.Tokens.TakeWhile(static token => token.Type != TokenType.DoubleDash).Select(static token => token.Value)
            .Where(static word => word.StartsWith('-') && word != StandardInput.Name).ToHashSet(StringComparer.Ordinal);
        return parsed.CommandResult.Command.Arguments
            .Where(static argument => argument is FileArgument<string> or FileArgument<string[]> or ArchiveArgument)
            .SelectMany(argument => parsed.GetResult(argument)?.Tokens
                .Where(token => argument is not ArchiveArgument || IsLikeOption(token.Value)) ?? [])
            .Select(static token => token.Value).FirstOrDefault(options.Contains);
    }

    private static bool IsLikeOption(string word) => word.StartsWith("--", StringComparison.Ordinal) && word.Length < ArchiveArgument.IdChars;

    /// <summary>What other programs call options of this one.</summary>
    private static readonly Dictionary<string, string> Synonyms = new(StringComparer.Ordinal)
    {
        ["--port"] = "--listen",
        ["--host"] = "--listen",
        ["--bind"] = "--listen",
        ["--address"] = "--listen",
    };

    /// <summary>A question for the command or option that a mistyped word most likely stands for, or nothing if none is near.</summary>
    private static string Guess(CommandResult command, string word)
    {
        // A transposition of two letters counts as two edits.
        const int MostEdits = 2;
        var names = command.Command.Subcommands.Select(static below => below.Name)
            .Concat(WithParents(command).SelectMany(static at => at.Command.Options)
                .SelectMany(static option => option.Aliases.Prepend(option.Name)));
        if (Synonyms.TryGetValue(word, out var meant) && names.Contains(meant))
        {
            return $" Did you mean '{meant}'?";
        }

        var nearest = names.Where(name => name.StartsWith('-') == word.StartsWith('-') && name.Trim('-').Length > MostEdits)
            .Select(name => (Name: name, Edits: CountEdits(name, word)))
            .Where(static near => near.Edits <= MostEdits)
            .OrderBy(static near => near.Edits).Select(static near => near.Name).FirstOrDefault();
        return nearest is null ? "" : $" Did you mean '{nearest}'?";
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
}
