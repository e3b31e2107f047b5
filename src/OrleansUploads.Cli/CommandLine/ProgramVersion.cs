using System.Reflection;

namespace OrleansUploads.Cli.CommandLine;

/// <summary>The version of this program.</summary>
internal static class ProgramVersion
{
    /// <summary>The version as in <c>--version</c>, without the commit.</summary>
    public static string Text { get; } = typeof(ProgramVersion).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
