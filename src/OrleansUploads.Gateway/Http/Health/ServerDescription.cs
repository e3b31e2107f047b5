using System.Reflection;

namespace OrleansUploads.Gateway.Http.Health;

/// <summary>What the detailed health report says about the process.</summary>
/// <param name="Version">The program's version.</param>
/// <param name="DataFolder">Full path of the folder with the data; null if the data is in memory.</param>
public sealed record ServerDescription(string Version, string? DataFolder)
{
    /// <summary>The version of a program, without the commit.</summary>
    public static string VersionOf(Assembly program) =>
        program.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
