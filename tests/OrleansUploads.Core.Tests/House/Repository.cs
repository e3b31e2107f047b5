using System.IO.Enumeration;
using System.Runtime.CompilerServices;

namespace OrleansUploads.Core.Tests.House;

/// <summary>The repository that these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>All files below a folder that match a pattern. Build output is left out, which another build may be replacing.</summary>
    public static IEnumerable<string> Files(string folder, string pattern) =>
        new FileSystemEnumerable<string>(
            Path.Combine(Root, folder),
            static (ref entry) => entry.ToFullPath(),
            new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && FileSystemName.MatchesSimpleExpression(pattern, entry.FileName),
            ShouldRecursePredicate = static (ref entry) => entry.FileName is not ("bin" or "obj" or "node_modules" or ".git"),
        };

    public static string Name(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    private static string FindRoot([CallerFilePath] string thisFile = "")
    {
        var folder = new FileInfo(thisFile).Directory;
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "OrleansUploads.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("The repository's root was not found.");
    }
}
