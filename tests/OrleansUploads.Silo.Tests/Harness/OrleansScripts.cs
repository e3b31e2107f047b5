namespace OrleansUploads.Silo.Tests.Harness;

/// <summary>Orleans' own scripts for PostgreSQL. They come with its repository and not with its packages.</summary>
internal static class OrleansScripts
{
    /// <summary>Names the folder that they are in, or below; <c>deploy/postgres/fetch-orleans-scripts.sh</c> makes one, and
    /// <c>src/AdoNet</c> of Orleans' repository is one.</summary>
    public const string Variable = "ORLEANSUPLOADS_ORLEANS_SQL";

    private static readonly string[] Names =
        ["PostgreSQL-Main.sql", "PostgreSQL-Clustering.sql", "PostgreSQL-Persistence.sql", "PostgreSQL-Reminders.sql"];

    /// <summary>Why they cannot be used; null where they can.</summary>
    public static string? MissingBecause { get; } = FindMissing();

    /// <summary>All of them, in the order in which they have to be run.</summary>
    public static IEnumerable<string> Read() => Names.Select(name => File.ReadAllText(Find(name)!));

    /// <summary>Copies all of them, under the names that <c>fetch-orleans-scripts.sh</c> gives them.</summary>
    public static void CopyTo(string folder)
    {
        for (var number = 0; number < Names.Length; number++)
        {
            File.Copy(Find(Names[number])!, Path.Combine(folder, $"{number + 1}-{Names[number]}"));
        }
    }

    private static string? FindMissing()
    {
        if (Folder is not { Length: > 0 } folder)
        {
            return $"{Variable} does not say where Orleans' PostgreSQL scripts are.";
        }

        return Array.Find(Names, name => Find(name) is null) is { } missing ? $"{folder} has no {missing}." : null;
    }

    private static string? Folder => Environment.GetEnvironmentVariable(Variable);

    private static string? Find(string name) => !Directory.Exists(Folder) ? null
        : Directory.EnumerateFiles(Folder, "*" + name, SearchOption.AllDirectories).FirstOrDefault();
}
