using OrleansUploads.Engine.Disk;

namespace OrleansUploads.Cli.CommandLine;

/// <summary>Describes failures of files for people: a missing file, a missing library, a full disk. The base library's own messages do not
/// say what to do.</summary>
internal static class FileFault
{
    /// <summary>This text is in the full name of every assembly, and in hardly any file name.</summary>
    private const string AssemblyMark = ", Version=";

    /// <summary>Whether a library that is not a part of the program's file could not be loaded, because that file was copied alone.
    /// </summary>
    public static bool IsLibrary(Exception? fault) =>
        fault is DllNotFoundException || (fault is TypeInitializationException && IsLibrary(fault.InnerException));

    /// <summary>The message of an exception.</summary>
    public static string Describe(Exception fault) => fault switch
    {
        _ when IsLibrary(fault) =>
            $"A library of the program cannot be loaded. Copy it with the program to {AppContext.BaseDirectory}, or install the program again.",
        IOException full when DiskErrors.IsFull(full) => $"{full.Message.TrimEnd('.')}. Free space on that disk, or use another one.",
        FileNotFoundException { FileName: { Length: > 0 } path } when path.Contains(AssemblyMark, StringComparison.Ordinal) =>
            $"{path.Split(',')[0]} cannot be loaded. If this process may open only a few files, allow it more with 'ulimit -n'; otherwise "
            + "install the program again.",
        FileNotFoundException { FileName: { Length: > 0 } path } => $"The file {path} does not exist.",
        _ => fault.Message,
    };
}
