using System.CommandLine;
using System.CommandLine.Help;
using OrleansUploads.Cli;
using OrleansUploads.Cli.CommandLine;

namespace OrleansUploads.EndToEnd.Tests.CommandLines;

/// <summary>Every option of every command with an invalid value, beside every other option of the command, with a valid or an invalid
/// value. The command line is refused in one line before the command runs.</summary>
public sealed class InvalidValueTests
{
    private static readonly string[] Invalid = ["", "\u0001 not/valid:"];

    /// <summary>Options whose values only the server or the file system can judge.</summary>
    private static readonly string[] TakesAnyText = ["--description", "--crash"];

    /// <summary>Options whose values are paths or names. Only the empty one is invalid.</summary>
    private static readonly string[] RefusesOnlyEmptyText =
    [
        "--data", "--to", "--file", "--folder", "--output", "--https-certificate", "--https-key", "--resume", "--region", "--profile",
        "--from-region", "--from-profile", "--to-region", "--to-profile", "--topic-secret",
    ];

    private static readonly RootCommand Root = CommandTree.Create();

    public static TheoryData<string> Commands => [.. Leaves(Root).Select(leaf => string.Join(' ', leaf.Words))];

    [Theory]
    [MemberData(nameof(Commands))]
    public void An_invalid_value_is_refused_in_one_line_beside_every_other_option(string name)
    {
        var leaf = Leaves(Root).Single(leaf => string.Join(' ', leaf.Words) == name);
        foreach (var option in leaf.Options)
        {
            foreach (var value in InvalidValuesOf(option))
            {
                Refuse([.. leaf.Words, option.Name, value]);
                foreach (var other in leaf.Options.Where(other => other != option))
                {
                    foreach (var words in (string[][])[[other.Name], .. Invalid.Select(text => new[] { other.Name, text })])
                    {
                        Refuse([.. leaf.Words, option.Name, value, .. words]);
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void An_option_without_its_value_is_refused_in_one_line(string name)
    {
        var leaf = Leaves(Root).Single(leaf => string.Join(' ', leaf.Words) == name);
        foreach (var option in leaf.Options.Where(TakesValue))
        {
            Refuse([.. leaf.Words, option.Name]);
            foreach (var other in leaf.Options.Where(other => other != option))
            {
                Refuse([.. leaf.Words, other.Name, option.Name]);
            }
        }
    }

    private static void Refuse(string[] words)
    {
        var parsed = Root.ParseWords(words);
        var line = string.Join("' '", words);
        Assert.True(parsed.Errors.Count > 0, $"'{line}' was accepted.");
        var message = UsageError.Describe(parsed);
        Assert.False(message.Contains("Exception", StringComparison.Ordinal), $"'{line}': {message}");
        Assert.False(message.Contains("System.", StringComparison.Ordinal), $"'{line}': {message}");
        Assert.False(message.AsSpan().ContainsAny('\n', '\r'), $"'{line}': {message}");
    }

    private static string[] InvalidValuesOf(Option option) =>
        !TakesValue(option) || TakesAnyText.Contains(option.Name) ? []
        : RefusesOnlyEmptyText.Contains(option.Name) ? [""]
        : Invalid;

    private static bool TakesValue(Option option) => option.ValueType != typeof(bool);

    private static IEnumerable<(IReadOnlyList<string> Words, IReadOnlyList<Option> Options)> Leaves(Command root)
    {
        return Walk(root, [], []);

        static IEnumerable<(IReadOnlyList<string> Words, IReadOnlyList<Option> Options)> Walk(
            Command command, IReadOnlyList<string> words, IReadOnlyList<Option> inherited)
        {
            if (command.Subcommands.Count == 0)
            {
                var arguments = command.Arguments.Select(argument => argument.Name == "tag" ? "key=value" : "word");
                yield return ([.. words, .. arguments], [.. inherited, .. command.Options.Where(option => option is not HelpOption)]);
            }

            IReadOnlyList<Option> recursive = [.. inherited, .. command.Options.Where(option => option.Recursive && option is not HelpOption)];
            foreach (var leaf in command.Subcommands.SelectMany(below => Walk(below, [.. words, below.Name], recursive)))
            {
                yield return leaf;
            }
        }
    }
}
