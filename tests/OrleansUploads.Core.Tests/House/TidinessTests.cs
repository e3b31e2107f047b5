using System.Text.RegularExpressions;

namespace OrleansUploads.Core.Tests.House;

/// <summary>House rules for source files and documents.</summary>
public sealed partial class TidinessTests
{
    private const int MaxLines = 300;

    private static readonly string[] GenericSuffixes = ["Manager", "Helper", "Util", "Utils", "Impl", "Processor"];

    [Fact]
    public void A_source_file_is_at_most_300_lines_long()
    {
        Assert.Empty(Repository.Files("src", "*.cs")
            .Where(path => File.ReadLines(path).Count() > MaxLines)
            .Select(path => $"{Repository.Name(path)} has more than {MaxLines} lines; split it"));
    }

    [Fact]
    public void The_source_contains_no_leftover_work_markers()
    {
        Assert.Empty(Repository.Files("src", "*.cs").SelectMany(path => File.ReadLines(path)
            .Where(line => Unfinished().IsMatch(line))
            .Select(line => $"{Repository.Name(path)}: {line.Trim()}")));
    }

    [Fact]
    public void Type_names_avoid_generic_suffixes()
    {
        Assert.DoesNotContain(
            Repository.Files("src", "*.cs").Select(path => Path.GetFileNameWithoutExtension(path)),
            name => GenericSuffixes.Any(suffix => name.EndsWith(suffix, StringComparison.Ordinal)));
    }

    [Fact]
    public void Links_in_the_documents_point_to_existing_files()
    {
        var documents = Directory.EnumerateFiles(Repository.Root, "*.md").Concat(Repository.Files("docs", "*.md"));
        Assert.Empty(documents.SelectMany(document => Link().Matches(File.ReadAllText(document))
            .Select(link => link.Groups[1].Value)
            .Where(target => !target.Contains("://", StringComparison.Ordinal))
            .Where(target => !Path.Exists(Path.Combine(Path.GetDirectoryName(document)!, target.Split('#')[0])))
            .Select(target => $"{Repository.Name(document)} links to {target}, which does not exist.")));
    }

    [GeneratedRegex(@"\b(TODO|FIXME|HACK)\b|new NotImplementedException")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"\]\(([^)#][^)]*)\)")]
    private static partial Regex Link();
}
