using System.CommandLine;
using OrleansUploads.Cli;
using OrleansUploads.Cli.CommandLine;

namespace OrleansUploads.EndToEnd.Tests.CommandLines;

/// <summary>A mistyped option of a command that takes names of files is not taken for a file.</summary>
public sealed class MistypedOptionTests
{
    [Theory]
    [InlineData("upload --valt B FILE --vault A", "--valt", "--vault")]
    [InlineData("upload FILE --vault A --valt=B", "--valt=B", "--vault")]
    [InlineData("upload FILE --vault A --worker 3", "--worker", "--workers")]
    [InlineData("uploads resume ID --worker --vault A", "--worker", "--workers")]
    public void A_mistyped_option_is_refused_with_the_option_that_is_meant(string line, string word, string meant)
    {
        var parsed = CommandTree.Create().ParseWords(line.Split(' '));
        Assert.True(UsageError.IsIn(parsed));
        var message = UsageError.Describe(parsed);
        Assert.StartsWith($"'{word}' is not an option of this command. Did you mean '{meant}'? A file", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("treehash --qiet")]
    [InlineData("check --data d --regoin r")]
    public void An_option_that_only_other_commands_have_is_not_suggested(string line) =>
        Assert.DoesNotContain("Did you mean", UsageError.Describe(CommandTree.Create().ParseWords(line.Split(' '))), StringComparison.Ordinal);

    [Fact]
    public void A_word_that_is_near_no_option_is_refused_without_a_guess()
    {
        var parsed = CommandTree.Create().ParseWords(["treehash", "--photographs"]);
        Assert.True(UsageError.IsIn(parsed));
        Assert.StartsWith("'--photographs' is not an option of this command. A file", UsageError.Describe(parsed), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("upload --vault A -- --valt")]
    [InlineData("upload --vault A ./--valt")]
    [InlineData("upload --vault A -")]
    [InlineData("uploads resume -id FILE --vault A")]
    [InlineData("download -id --vault A -o FILE")]
    [InlineData("download --vault A -o FILE -- --id")]
    public void A_file_or_archive_that_begins_with_a_hyphen_is_named_after_two_hyphens_or_as_it_is(string line) =>
        Assert.False(UsageError.IsIn(CommandTree.Create().ParseWords(line.Split(' '))));

    [Fact]
    public void Every_argument_that_names_a_file_refuses_mistyped_options() =>
        Assert.All(
            ArgumentsOf(CommandTree.Create()).Where(static argument => argument.Name == "file"),
            static argument => Assert.True(argument is FileArgument<string> or FileArgument<string[]>));

    private static IEnumerable<Argument> ArgumentsOf(Command command) =>
        command.Arguments.Concat(command.Subcommands.SelectMany(ArgumentsOf));
}
