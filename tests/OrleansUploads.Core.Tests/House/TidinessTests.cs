using System.Text.RegularExpressions;

namespace OrleansUploads.Core.Tests.House;

/// <summary>House rules for source files.</summary>
public sealed partial class TidinessTests
{
    private static readonly string[] GenericSuffixes = ["Manager", "Helper", "Util", "Utils", "Impl", "Processor"];

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

    [GeneratedRegex(@"\b(TODO|FIXME|HACK)\b|new NotImplementedException")]
    private static partial Regex Unfinished();
}
