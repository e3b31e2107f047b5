using System.CommandLine;
using OrleansUploads.Cli;
using OrleansUploads.Cli.CommandLine;

namespace OrleansUploads.EndToEnd.Tests.CommandLines;

/// <summary>The help, and the examples in it.</summary>
public sealed class HelpTests
{
    private const string Program = "orleans-uploads ";

    public static TheoryData<string, string> Examples { get; } = new(HelpExamples.ByCommand.SelectMany(
        command => command.Value.Select(example => (command.Key, example))));

    [Theory]
    [MemberData(nameof(Examples))]
    public void An_example_is_a_command_line_of_its_command(string command, string example)
    {
        var line = example[(example.LastIndexOf(Program, StringComparison.Ordinal) + Program.Length)..].TrimEnd('"', ')');
        var parsed = CommandTree.Create().ParseWords(line.Split(' '));

        Assert.True(parsed.Errors.Count == 0, string.Join(' ', parsed.Errors.Select(error => error.Message)));
        Assert.Equal(command, string.Join(' ', UsageError.Names(parsed.CommandResult).Skip(1)));
    }

    [Theory]
    [InlineData("upload --help", "Examples:\n  orleans-uploads upload holiday.tar --vault photos\n")]
    [InlineData("archive delete -h", "Example:\n  orleans-uploads archive delete ARCHIVE-ID --vault photos\n")]
    [InlineData("--help", "\n  130  the command was interrupted\n")]
    public void The_help_ends_with_them(string words, string expected) =>
        Assert.Contains(expected, Help(words), StringComparison.Ordinal);

    [Theory]
    [InlineData("", "A self-hosted service for large uploads")]
    [InlineData("help", "A self-hosted service for large uploads")]
    [InlineData("help archive list", "List the archives, oldest first")]
    [InlineData("version", "(SQLite 3.")]
    public void The_bare_program_and_the_words_help_and_version_answer(string words, string expected) =>
        Assert.Contains(expected, Help(words), StringComparison.Ordinal);

    [Fact]
    public void Every_command_with_a_result_has_JSON()
    {
        // They run a server, or print what another program reads.
        string[] others = ["serve", "demo", "completion", "man"];

        Assert.Equal(others.Order(), Leaves(CommandTree.Create(), "").Order());

        static IEnumerable<string> Leaves(Command command, string name) =>
            command.Options.Any(static option => option.Name == "--json") ? []
            : command.Subcommands.Count == 0 ? [name]
            : command.Subcommands.SelectMany(below => Leaves(below, $"{name} {below.Name}".Trim()));
    }

    [Fact]
    public void The_help_shows_defaults_as_they_are_written_on_the_command_line()
    {
        var help = Help("serve --help");

        Assert.Matches(@"--stale-after <value>[^\[]*\[default: 7d\]", help);
        Assert.Matches(@"--retrieval-delay <value>[^\[]*\[default: 0\]", help);
        Assert.DoesNotContain("{", help, StringComparison.Ordinal);
    }

    private static string Help(string words)
    {
        using var output = new StringWriter();
        Assert.Equal(0, CommandTree.Create().ParseWords(words.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Invoke(new InvocationConfiguration { Output = output }));
        return output.ToString().ReplaceLineEndings("\n");
    }
}
