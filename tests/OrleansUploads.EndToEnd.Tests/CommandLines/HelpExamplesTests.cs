using OrleansUploads.Cli;
using OrleansUploads.Cli.CommandLine;

namespace OrleansUploads.EndToEnd.Tests.CommandLines;

/// <summary>The examples in the help.</summary>
public sealed class HelpExamplesTests
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
    public async Task The_help_ends_with_them(string words, string expected) => Assert.Contains(
        expected, (await CommandLine.RunAsync(words.Split(' '))).Expect().Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
}
