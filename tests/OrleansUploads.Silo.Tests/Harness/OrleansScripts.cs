namespace OrleansUploads.Silo.Tests.Harness;

/// <summary>Orleans' own scripts for PostgreSQL. They are in its repository but not in its packages.</summary>
internal static class OrleansScripts
{
    /// <summary>The environment variable with the folder that contains them, also in subfolders.
    /// <c>deploy/postgres/fetch-orleans-scripts.sh</c> creates such a folder; <c>src/AdoNet</c> in Orleans' repository is
    /// another.</summary>
    public const string Variable = "ORLEANSUPLOADS_ORLEANS_SQL";

    private static readonly string[] Names =
        ["PostgreSQL-Main.sql", "PostgreSQL-Clustering.sql", "PostgreSQL-Persistence.sql", "PostgreSQL-Reminders.sql"];

    /// <summary>Why the scripts cannot be used, or null if they can.</summary>
    public static string? MissingBecause { get; } = FindMissing();

    /// <summary>The scripts, in the order in which they must be run.</summary>
    public static IEnumerable<string> Read() => Names.Select(name => File.ReadAllText(Find(name)!));

    /// <summary>Copies the scripts under the names that <c>fetch-orleans-scripts.sh</c> gives them.</summary>
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
            return $"{Variable} is not set. Set it to the folder with Orleans' PostgreSQL scripts.";
        }

        return Array.Find(Names, name => Find(name) is null) is { } missing ? $"{folder} has no {missing}." : null;
    }

    private static string? Folder => Environment.GetEnvironmentVariable(Variable);

    private static string? Find(string name) => !Directory.Exists(Folder) ? null
        : Directory.EnumerateFiles(Folder, "*" + name, SearchOption.AllDirectories).FirstOrDefault();
}
