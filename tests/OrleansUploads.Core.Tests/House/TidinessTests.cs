using System.Text.RegularExpressions;

namespace OrleansUploads.Core.Tests.House;

/// <summary>House rules that a reader would otherwise have to keep in mind.</summary>
public sealed partial class TidinessTests
{
    private const int MostLines = 300;

    private static readonly string[] EmptyNames = ["Manager", "Helper", "Util", "Utils", "Impl", "Processor"];

    [Fact]
    public void A_source_file_holds_one_idea_and_so_few_lines()
    {
        Assert.Empty(Repository.Files("src", "*.cs")
            .Where(path => File.ReadLines(path).Count() > MostLines)
            .Select(path => $"{Repository.Name(path)} has more than {MostLines} lines: which two ideas are in it?"));
    }

    [Fact]
    public void Nothing_is_left_for_later_in_the_source()
    {
        Assert.Empty(Repository.Files("src", "*.cs").SelectMany(path => File.ReadLines(path)
            .Where(line => Unfinished().IsMatch(line))
            .Select(line => $"{Repository.Name(path)}: {line.Trim()}")));
    }

    [Fact]
    public void Names_say_what_a_type_knows()
    {
        Assert.DoesNotContain(
            Repository.Files("src", "*.cs").Select(path => Path.GetFileNameWithoutExtension(path)),
            name => EmptyNames.Any(empty => name.EndsWith(empty, StringComparison.Ordinal)));
    }

    [Fact]
    public void Links_in_the_documents_lead_to_files_that_are_there()
    {
        var documents = Directory.EnumerateFiles(Repository.Root, "*.md").Concat(Repository.Files("docs", "*.md"));
        Assert.Empty(documents.SelectMany(document => Link().Matches(File.ReadAllText(document))
            .Select(link => link.Groups[1].Value)
            .Where(target => !target.Contains("://", StringComparison.Ordinal))
            .Where(target => !Path.Exists(Path.Combine(Path.GetDirectoryName(document)!, target.Split('#')[0])))
            .Select(target => $"{Repository.Name(document)} links to {target}, which is not there.")));
    }

    [GeneratedRegex(@"\b(TODO|FIXME|HACK)\b|new NotImplementedException")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"\]\(([^)#][^)]*)\)")]
    private static partial Regex Link();
}
