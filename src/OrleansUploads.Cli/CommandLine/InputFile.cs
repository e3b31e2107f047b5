using OrleansUploads.Engine.Disk;

namespace OrleansUploads.Cli.CommandLine;

/// <summary>An argument with the names of files. A word that begins with a hyphen is refused as a mistyped option, unless it follows
/// <c>--</c>.</summary>
/// <typeparam name="T">One name or several.</typeparam>
internal sealed class FileArgument<T>(string name) : Argument<T>(name);

/// <summary>A file that a command reads. <c>-</c> stands for standard input.</summary>
internal static class InputFile
{
    /// <summary>Opens a file to read it once, from its first byte to its last. Its length may be unknown: it may be a pipe, or in
    /// <c>/proc</c>.</summary>
    /// <exception cref="FileNotFoundException">It does not exist.</exception>
    /// <exception cref="IOException">It is a folder, or the user may not read it, or standard input is closed.</exception>
    /// <exception cref="OperationCanceledException">The command was interrupted while a pipe had no writer.</exception>
    public static async Task<Stream> OpenAsync(string path, CancellationToken cancellationToken)
    {
        if (path == StandardInput.Name)
        {
            return StandardInput.Open();
        }

        if (Directory.Exists(path))
        {
            throw new IOException($"{path} is a folder. Name a file.");
        }

        return new InterruptibleStream(await Task.Run(() => OpenRead(path), cancellationToken).WaitAsync(cancellationToken));
    }

    /// <summary>Whether a path leads to a device, a pipe or a socket, which the base library takes for files. Always false on systems other
    /// than Linux.</summary>
    public static bool IsSpecial(string path) => File.Exists(path)
        && FileStatus.IsSupported
        && FileStatus.ReadAt(path, FileStatus.Type, out var status) == 0
        && !status.IsRegular;

    /// <summary>Returns the length of a file, or null if it has bytes although the system says that its length is 0, as those in
    /// <c>/proc</c> do.</summary>
    /// <exception cref="IOException">The user may not read it.</exception>
    public static long? LengthOf(string path)
    {
        using var file = OpenRead(path);
        return file.Length == 0 && file.ReadByte() >= 0 ? null : file.Length;
    }

    private static FileStream OpenRead(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new IOException($"You may not read the file {path}. Run this command as a user who may.", fault);
        }
    }
}
