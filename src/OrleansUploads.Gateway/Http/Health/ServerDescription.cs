using System.Reflection;

namespace OrleansUploads.Gateway.Http.Health;

/// <summary>What the detailed health report says about the process.</summary>
/// <param name="Version">The program's version.</param>
/// <param name="SqliteVersion">The version of SQLite, which keeps the journal; null if something else keeps it.</param>
/// <param name="DataFolder">Full path of the folder with the data; null if the data is in memory.</param>
public sealed record ServerDescription(string Version, string? SqliteVersion, string? DataFolder)
{
    /// <summary>The version of a program, without the commit.</summary>
    public static string VersionOf(Assembly program) =>
        program.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
