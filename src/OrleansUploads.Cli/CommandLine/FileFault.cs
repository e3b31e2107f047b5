using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Entities;

namespace OrleansUploads.Cli.CommandLine;

/// <summary>Describes failures of files and folders for people: a missing file, a missing library, a full disk. The base library's own
/// messages do not say what to do.</summary>
internal static class FileFault
{
    /// <summary>This text is in the full name of every assembly, and in hardly any file name.</summary>
    private const string AssemblyMark = ", Version=";

    private static readonly TimeSpan PromptTime = TimeSpan.FromSeconds(2);

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
        UnauthorizedAccessException => $"{fault.Message.TrimEnd('.')}. Run this command as a user who may use it.",
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
            var parent = NearestFolder(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(folder))) ?? folder;
            var reason = fault switch
            {
                UnauthorizedAccessException => $"you may not write to {parent}",
                FileNotFoundException or DirectoryNotFoundException => $"{parent} takes no new folders",
                _ => FaultText.Describe(fault).TrimEnd('.'),
            };
            throw new IOException($"The folder {folder} cannot be created: {reason}. Name another one with {option}.", fault);
        }
    }

    /// <summary>Requires that a folder takes new files, or if it is missing, the nearest folder above it. Names <paramref name="option"/> as
    /// what to change.</summary>
    /// <exception cref="IOException">No file can be created there.</exception>
    public static void RequireWritable(string folder, string option)
    {
        var existing = NearestFolder(Path.GetFullPath(folder)) ?? folder;
        try
        {
            using var probe = new FileStream(
                Path.Combine(existing, $".{Path.GetRandomFileName()}"),
                new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose });
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            var reason = fault switch
            {
                UnauthorizedAccessException => "you may not write there",
                FileNotFoundException or DirectoryNotFoundException => "it takes no new files",

                // The path in the message is that of the probe.
                _ => fault.Message.Split(" : '")[0].TrimEnd('.'),
            };
            throw new IOException($"Nothing can be written to {existing}: {reason}. Name another place with {option}.", fault);
        }
    }

    /// <summary>Returns the file that occupies the path of a folder or of one of its parents, or null.</summary>
    public static string? FindFile(string path)
    {
        for (var at = path; !string.IsNullOrEmpty(at); at = Path.GetDirectoryName(at))
        {
            if (File.Exists(at))
            {
                return at;
            }
        }

        return null;
    }

    /// <summary>As <see cref="FindFile"/>, but does not wait for a file server that hangs: a command line is read before anything can say that
    /// it waits.</summary>
    public static string? FindFilePromptly(string path)
    {
        var finding = Task.Run(() => FindFile(path));
        return finding.Wait(PromptTime) ? finding.Result : null;
    }

    private static string? NearestFolder(string? path)
    {
        while (path is not null && !Directory.Exists(path))
        {
            path = Path.GetDirectoryName(path);
        }

        return path;
    }
}
