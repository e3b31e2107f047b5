namespace OrleansUploads.TestKit.Processes;

/// <summary>The programs that tests start: those that <c>tests/publish-programs.sh</c> has compiled ahead of time, if the variable
/// <c>ORLEANSUPLOADS_PROGRAMS</c> names their folder, or else as they were built.</summary>
public static class StartedProgram
{
    private static readonly string? Published = Environment.GetEnvironmentVariable("ORLEANSUPLOADS_PROGRAMS");

    /// <summary>Finds a program.</summary>
    /// <param name="project">The last part of its project's name, such as <c>Cli</c>.</param>
    /// <param name="built">The path of its assembly in the project's output.</param>
    /// <returns>The full path of its assembly.</returns>
    public static string Find(string project, string built) => Path.GetFullPath(
        string.IsNullOrEmpty(Published) ? built : Path.Combine(Published, project, Path.GetFileName(built)));
}
