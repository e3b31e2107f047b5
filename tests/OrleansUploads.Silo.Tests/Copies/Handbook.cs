using OrleansUploads.TestKit.Documents;

namespace OrleansUploads.Silo.Tests.Copies;

/// <summary>The commands that docs/cluster.md prints.</summary>
internal static class Handbook
{
    private const string Fence = "```";

    /// <summary>Returns the first block of commands behind a line that begins with a text.</summary>
    public static string CommandsBehind(string line, int block = 0)
    {
        var page = Documentation.Read("cluster.md");
        var start = page.IndexOf($"\n{line}", StringComparison.Ordinal);
        Assert.True(start >= 0, $"docs/cluster.md has no line '{line}'.");
        return page[start..].Split(Fence)[(2 * block) + 1];
    }
}
