using System.Collections;
using System.CommandLine.Help;

namespace OrleansUploads.Cli.CommandLine;

/// <summary>The manual page, in the macros <c>man</c> of roff. It has the text of the help, so that both say the same.</summary>
internal static class ManPage
{
    private const string Program = "orleans-uploads";

    /// <summary>What stands for the default data folder, which differs from user to user.</summary>
    private const string DefaultFolder = "~/.local/state/orleans-uploads";

    /// <summary>Returns the page of a program.</summary>
    public static string Write(Command root)
    {
        var shared = Below(root).SelectMany(static command => command.Options).Where(static option => option.Recursive && !IsOwn(option))
            .Distinct().ToList();
        List<string> lines =
        [
            $".TH {Escape(Program.ToUpperInvariant())} 1 \"\" \"{Escape($"{Program} {ProgramVersion.Text}")}\" \"User commands\"",

            // Paths and options stay whole.
            ".nh",
            ".ad l",
            ".SH NAME",
            $"{Escape(Program)} \\- {Escape(root.Description ?? "")}",
            ".SH SYNOPSIS",
            $".B {Escape(Program)}",
            ".I command",
            "[options]",
            ".SH COMMANDS",
        ];
        foreach (var command in Below(root).Where(static command => command.Subcommands.Count == 0))
        {
            WriteCommand(command, shared, lines);
        }

        lines.Add(".SH OPTIONS OF COMMANDS THAT TALK TO A SERVER");
        shared.ForEach(option => WriteOption(option, lines));
        lines.Add(".SH OPTIONS OF ALL COMMANDS");
        root.Options.Where(IsOwn).ToList().ForEach(option => WriteOption(option, lines));
        lines.Add(".SH EXIT STATUS");
        WriteAsIs(HelpExamples.ExitCodes.ReplaceLineEndings("\n").Split('\n'), lines);
        return string.Join('\n', lines) + "\n";
    }

    private static void WriteCommand(Command command, IReadOnlyCollection<Option> shared, List<string> lines)
    {
        var path = PathOf(command);
        var options = WithParents(command).SelectMany(static at => at.Options).Where(option => !IsOwn(option)).ToList();
        lines.Add($".SS {Escape(path)}");
        lines.Add($".B {Escape($"{Program} {path}")}");
        lines.AddRange(command.Arguments.Select(static argument => $".I {Escape(Notation(argument))}"));
        lines.Add("[options]");
        lines.Add(".PP");
        lines.Add(Escape(command.Description ?? ""));
        foreach (var argument in command.Arguments)
        {
            lines.Add(".TP");
            lines.Add($"\\fI{Escape(argument.Name)}\\fR");
            lines.Add(Escape($"{argument.Description}{DefaultOf(argument.HasDefaultValue ? argument.GetDefaultValue() : null)}"));
        }

        options.Where(option => !shared.Contains(option)).ToList().ForEach(option => WriteOption(option, lines));
        if (HelpExamples.ByCommand.GetValueOrDefault(path) is { } examples)
        {
            lines.Add(".PP");
            lines.Add(examples.Length == 1 ? "Example:" : "Examples:");
            WriteAsIs(examples, lines);
        }
    }

    private static void WriteOption(Option option, List<string> lines)
    {
        var names = string.Join(", ", option.Aliases.Prepend(option.Name).Select(static name => $"\\fB{Escape(name)}\\fR"));
        var value = option.Arity.MaximumNumberOfValues == 0 || option.ValueType == typeof(bool)
            ? ""
            : $" \\fI{Escape(option.HelpName ?? "value")}\\fR";
        lines.Add(".TP");
        lines.Add(names + value);
        var hasDefault = option.HasDefaultValue && value.Length > 0;
        lines.Add(Escape($"{option.Description}{DefaultOf(hasDefault ? option.GetDefaultValue() : null)}"));
    }

    private static void WriteAsIs(IEnumerable<string> text, List<string> lines)
    {
        lines.Add(".PP");
        lines.Add(".RS 4");
        lines.Add(".nf");
        lines.AddRange(text.Select(Escape));
        lines.Add(".fi");
        lines.Add(".RE");
    }

    private static string Notation(Argument argument)
    {
        var name = argument.Arity.MaximumNumberOfValues > 1 ? argument.Name + "..." : argument.Name;
        return argument.Arity.MinimumNumberOfValues == 0 ? $"[{name}]" : name;
    }

    private static string DefaultOf(object? value)
    {
        var text = value switch
        {
            null => "",
            string written => written,
            IEnumerable several => string.Join('|', several.Cast<object>()),
            _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
        };
        return text.Length == 0 ? "" : $" [default: {(text == CommonOptions.DefaultDataFolder ? DefaultFolder : text)}]";
    }

    private static bool IsOwn(Option option) => option is HelpOption or VersionOption;

    private static string PathOf(Command command) =>
        string.Join(' ', WithParents(command).Where(static at => at is not RootCommand).Select(static at => at.Name).Reverse());

    private static IEnumerable<Command> WithParents(Command command)
    {
        for (var at = command; at is not null; at = at.Parents.OfType<Command>().FirstOrDefault())
        {
            yield return at;
        }
    }

    private static IEnumerable<Command> Below(Command command) =>
        command.Subcommands.SelectMany(static below => Below(below).Prepend(below));

    /// <summary>Writes a text so that roff prints it as it is: hyphens and quotes stay those that a shell knows, and no line is a request.
    /// </summary>
    private static string Escape(string text)
    {
        var escaped = text.ReplaceLineEndings(" ").Replace("\\", "\\e", StringComparison.Ordinal)
            .Replace("-", "\\-", StringComparison.Ordinal)
            .Replace("'", "\\(aq", StringComparison.Ordinal)
            .Replace("\"", "\\(dq", StringComparison.Ordinal)
            .Replace("~", "\\(ti", StringComparison.Ordinal)
            .Replace("^", "\\(ha", StringComparison.Ordinal)
            .Replace("`", "\\(ga", StringComparison.Ordinal);
        return escaped.StartsWith('.') ? "\\&" + escaped : escaped;
    }
}
