using System.CommandLine;
using System.Text.RegularExpressions;
using OrleansUploads.Cli;

namespace OrleansUploads.EndToEnd.Tests.Documents;

/// <summary>The documents and the program have the same options.</summary>
public sealed partial class DocumentedOptionsTests
{
    private static readonly HashSet<string> Options =
        [.. OptionsOf(CommandTree.Create()).Select(static option => option.Name).Append("--help").Append("--version")];

    /// <summary>All pages but the changes of earlier versions, which name what is no longer there.</summary>
    private static readonly (string Name, string Text)[] Documents =
    [
        .. Directory.EnumerateFiles(CommandDocument.Repository, "*.md")
            .Concat(((string[])["docs", "deploy", "src"]).SelectMany(static folder => Directory.EnumerateFiles(
                Path.Combine(CommandDocument.Repository, folder), "*.md", SearchOption.AllDirectories)))
            .Where(static path => Path.GetFileName(path) != "CHANGELOG.md" && !path.Contains("node_modules", StringComparison.Ordinal))
            .Select(static path => (Path.GetRelativePath(CommandDocument.Repository, path), File.ReadAllText(path))),
    ];

    [Fact]
    public void Every_option_is_documented() => Assert.Empty(
        Options.Except(Documents.SelectMany(static document => OptionName().Matches(document.Text)).Select(static match => match.Value)));

    [Fact]
    public void Every_documented_option_exists()
    {
        string[] handbooks = ["docs/cli.md", "docs/operations.md", "docs/cluster.md"];

        Assert.Empty(
            from document in Documents
            from text in ProgramCall().Matches(document.Text)
                .Concat(handbooks.Contains(document.Name) ? OptionSpan().Matches(CodeBlock().Replace(document.Text, "")) : [])
            from option in OptionName().Matches(text.Value)
            where !Options.Contains(option.Value)
            select $"{document.Name} names {option.Value}, which no command has.");
    }

    private static IEnumerable<Option> OptionsOf(Command command) => command.Options.Concat(command.Subcommands.SelectMany(OptionsOf));

    [GeneratedRegex(@"(?<![\w-])--[a-z][a-z0-9-]*[a-z0-9]")]
    private static partial Regex OptionName();

    [GeneratedRegex(@"`--[^`\n]+`")]
    private static partial Regex OptionSpan();

    [GeneratedRegex(@"(?<=^|[`(]|[;=]\S* )orleans-uploads (\\\n|[^`|&;)#\n])+", RegexOptions.Multiline)]
    private static partial Regex ProgramCall();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
