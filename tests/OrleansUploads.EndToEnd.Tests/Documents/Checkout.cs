namespace OrleansUploads.EndToEnd.Tests.Documents;

/// <summary>Copies of the sources, so that a build does not touch the program that other tests are running.</summary>
internal static class Checkout
{
    // What a build needs.
    private static readonly string[] Sources =
    [
        "src", "deploy", ".config", "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "global.json",
        ".editorconfig", "LICENSE", "README.md", "CHANGELOG.md",
    ];

    /// <summary>The packages of this machine, because the home folder of a new user is empty and the feed may be far away.</summary>
    public static string PackageFolder => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    public static string CopyTo(string folder)
    {
        foreach (var source in Sources.Select(name => Path.Combine(CommandDocument.Repository, name)))
        {
            IEnumerable<string> files = Directory.Exists(source)
                ? Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories).Where(IsSource)
                : [source];
            foreach (var file in files)
            {
                var to = Path.Combine(folder, Path.GetRelativePath(CommandDocument.Repository, file));
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                File.Copy(file, to);
            }
        }

        return folder;
    }

    private static bool IsSource(string file) => !Path.GetRelativePath(CommandDocument.Repository, file)
        .Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj");
}
