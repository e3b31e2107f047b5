using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Entities;

namespace OrleansUploads.Cli.CommandLine;

/// <summary>Describes failures of files and folders for people: a missing file, a missing library, a full disk. The base library's own
/// messages do not say what to do.</summary>
internal static class FileFault
{
    /// <summary>This text is in the full name of every assembly, and in hardly any file name.</summary>
    private const string AssemblyMark = ", Version=";

    /// <summary>Whether a library that is not a part of the program's file could not be loaded, because that file was copied alone.
    /// </summary>
    public static bool IsLibrary(Exception? fault) =>
        fault is DllNotFoundException || (fault is TypeInitializationException && IsLibrary(fault.InnerException));

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

    /// <summary>Requires that the user may read a folder. Otherwise a folder without read permission looks as if it were empty, because the
    /// system says that each file in it does not exist.</summary>
    /// <exception cref="IOException">The user may not read the folder.</exception>
    public static void RequireReadable(string folder)
    {
        try
        {
            _ = Directory.EnumerateFileSystemEntries(folder).Any();
        }
        catch (DirectoryNotFoundException)
        {
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new IOException($"You may not read {folder}. Run this command as the user of the server, or as root.", fault);
        }
    }

    /// <summary>Opens a folder, and creates it if it is missing. The system's own message can mislead: for <c>/proc/data</c> it is that
    /// this file does not exist. Names <paramref name="option"/> as what to change.</summary>
    /// <exception cref="IOException">It could not be created.</exception>
    public static void OpenFolder(string folder, string option, Action open) => OpenFolder(folder, option, () =>
    {
        open();
        return folder;
    });

    /// <inheritdoc cref="OpenFolder(string, string, Action)"/>
    public static T OpenFolder<T>(string folder, string option, Func<T> open)
    {
        try
        {
            return open();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException && !Directory.Exists(folder))
        {
            // The nearest folder above that exists.
            var parent = Path.TrimEndingDirectorySeparator(folder);
            do
            {
                parent = Path.GetDirectoryName(parent);
            }
            while (parent is not null && !Directory.Exists(parent));

            var reason = fault switch
            {
                UnauthorizedAccessException => $"you may not write to {parent ?? folder}",
                FileNotFoundException or DirectoryNotFoundException => $"{parent ?? folder} takes no new folders",
                _ => FaultText.Describe(fault).TrimEnd('.'),
            };
            throw new IOException($"The folder {folder} cannot be created: {reason}. Name another one with {option}.", fault);
        }
    }
}
