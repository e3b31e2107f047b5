namespace OrleansUploads.Cli.CommandLine;

/// <summary>Says that a file does not exist. The base library's own messages say that it could not be found.</summary>
internal static class MissingFile
{
    /// <summary>What the name of a part of the program has, and hardly any file's.</summary>
    private const string AssemblyMark = ", Version=";

    /// <summary>Whether a library that is not a part of the program's file could not be loaded, because that file was copied alone.
    /// </summary>
    public static bool IsLibrary(Exception? fault) =>
        fault is DllNotFoundException || (fault is TypeInitializationException && IsLibrary(fault.InnerException));

    /// <summary>The message of an exception.</summary>
    public static string Describe(Exception fault) =>
        IsLibrary(fault)
            ? $"A library of the program cannot be loaded. Copy it with the program to {AppContext.BaseDirectory}, or install the program again."
        : fault is not FileNotFoundException { FileName: { Length: > 0 } path } ? fault.Message
        : path.Contains(AssemblyMark, StringComparison.Ordinal)
            ? $"{path.Split(',')[0]} cannot be loaded. If this process may open only a few files, allow it more with 'ulimit -n'; otherwise "
                + "install the program again."
        : $"The file {path} does not exist.";
}
