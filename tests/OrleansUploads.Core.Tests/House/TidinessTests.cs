namespace OrleansUploads.Core.Tests.House;

/// <summary>House rules for source files.</summary>
public sealed partial class TidinessTests
{
    [Fact]
    public void The_source_contains_no_leftover_work_markers()
    {
        Assert.Empty(Repository.Files("src", "*.cs").SelectMany(path => File.ReadLines(path)
            .Where(line => Unfinished().IsMatch(line))
            .Select(line => $"{Repository.Name(path)}: {line.Trim()}")));
    }

    [GeneratedRegex(@"\b(TODO|FIXME|HACK)\b|new NotImplementedException")]
    private static partial Regex Unfinished();
}
