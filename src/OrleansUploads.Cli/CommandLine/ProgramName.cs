namespace OrleansUploads.Cli.CommandLine;

/// <summary>How this program was called, so that the commands that it prints work when they are pasted.</summary>
internal static class ProgramName
{
    /// <summary>The words that start the program where people paste its commands, if that is not where it runs. The image of the
    /// single process sets it.</summary>
    private const string Variable = "ORLEANSUPLOADS_PROGRAM";

    private const string Installed = "orleans-uploads";

    /// <summary>The program as a shell finds it: its name if it is on the path, else its full path.</summary>
    public static string Text { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } words
        ? words
        : Find(Environment.ProcessPath, AppContext.BaseDirectory, Environment.GetEnvironmentVariable("PATH"), File.ResolveLinkTarget);

    /// <summary>Finds the words that start this program.</summary>
    /// <param name="processPath">The program of the process: this one, or <c>dotnet</c>.</param>
    /// <param name="folder">The folder of this program.</param>
    /// <param name="searchPath">The folders in which a shell looks.</param>
    /// <param name="resolve">Returns what a link leads to, or null if there is no link.</param>
    internal static string Find(
        string? processPath, string folder, string? searchPath, Func<string, bool, FileSystemInfo?> resolve)
    {
        var program = Path.Combine(folder, Installed);
        if (Path.GetFileNameWithoutExtension(processPath) == "dotnet")
        {
            return $"{Quote(processPath!)} {Quote(program + ".dll")}";
        }

        foreach (var place in (searchPath ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            var candidate = Path.Combine(place, Installed);
            if (candidate == processPath || LeadsTo(candidate, processPath, resolve))
            {
                return Installed;
            }
        }

        return Quote(processPath ?? program);
    }

    /// <summary>Quotes a word for a shell, if that is necessary.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(static c => char.IsAsciiLetterOrDigit(c) || "/._-+:=@%".Contains(c, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static bool LeadsTo(string candidate, string? processPath, Func<string, bool, FileSystemInfo?> resolve)
    {
        try
        {
            return resolve(candidate, true)?.FullName == processPath;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
