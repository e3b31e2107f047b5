using OrleansUploads.Gateway.Http.Health;

namespace OrleansUploads.Cli.CommandLine;

/// <summary>The version of this program.</summary>
internal static class ProgramVersion
{
    /// <summary>The version as in <c>--version</c>, without the commit.</summary>
    public static string Text { get; } = ServerDescription.VersionOf(typeof(ProgramVersion).Assembly);
}
