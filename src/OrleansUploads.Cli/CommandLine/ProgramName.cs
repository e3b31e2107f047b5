namespace OrleansUploads.Cli.CommandLine;

/// <summary>How this program was called, so that the commands that it prints work when they are pasted.</summary>
internal static class ProgramName
{
    /// <summary>The variable with the words that start the program where people paste its commands. The image of the single process sets
    /// it, because people do not paste into the container.</summary>
    private const string Variable = "ORLEANSUPLOADS_PROGRAM";

    private const string Installed = "orleans-uploads";

    /// <summary>The program as a shell finds it: its name if it is on the path, else its full path.</summary>
    public static string Text { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } words ? words : Find();

    /// <summary>Quotes a word for a shell, if that is necessary.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(static c => char.IsAsciiLetterOrDigit(c) || "/._-+:=@%".Contains(c, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string Find()
    {
        var processPath = Environment.ProcessPath;
        var program = Path.Combine(AppContext.BaseDirectory, Installed);
        if (Path.GetFileNameWithoutExtension(processPath) == "dotnet")
        {
            return $"{Quote(processPath!)} {Quote(program + ".dll")}";
        }

        var places = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return places.Select(static place => Path.Combine(place, Installed))
            .Any(candidate => candidate == processPath || LeadsTo(candidate, processPath))
                ? Installed
                : Quote(processPath ?? program);
    }

    private static bool LeadsTo(string link, string? processPath)
    {
        try
        {
            return File.ResolveLinkTarget(link, returnFinalTarget: true)?.FullName == processPath;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
