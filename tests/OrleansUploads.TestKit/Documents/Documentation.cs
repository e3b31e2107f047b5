using System.Runtime.CompilerServices;

namespace OrleansUploads.TestKit.Documents;

/// <summary>The repository's documentation.</summary>
public static class Documentation
{
    /// <summary>The rows of all tables of a page, cell by cell.</summary>
    public static IEnumerable<string[]> Rows(string page) => File.ReadLines(Path.Combine(Folder(), page))
        .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
        .Select(line => line[1..^1].Split('|', StringSplitOptions.TrimEntries));

    public static string Read(string page) => File.ReadAllText(Path.Combine(Folder(), page));

    private static string Folder([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "../../../docs"));
}
