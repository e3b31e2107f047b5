using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OrleansUploads.Engine.Ports;

/// <summary>The calls that make files and directories durable. Everything outside SQLite that must survive a power cut goes through
/// this interface, so that tests can fail or skip a flush.</summary>
/// <remarks>All members may be called concurrently.</remarks>
public interface IDiskFlush
{
    /// <summary>Makes the content and length of a file durable. Its name is durable only after its directory is flushed.</summary>
    /// <param name="file">The file, open for writing.</param>
    /// <param name="path">Full path of the file, for messages.</param>
    /// <returns>0, or the error number of the operating system. After an error it is unknown which bytes are durable.</returns>
    int FlushFile(SafeFileHandle file, string path);

    /// <summary>Makes the names in a directory durable, including earlier removals of names.</summary>
    /// <param name="path">Full path of the directory.</param>
    /// <returns>0, or the error number of the operating system. After an error it is unknown which names are durable.</returns>
    /// <exception cref="DirectoryNotFoundException">The directory does not exist.</exception>
    /// <exception cref="IOException">The directory could not be opened, so no flush was attempted.</exception>
    int FlushDirectory(string path);
}

/// <summary>Flushes that throw when they fail.</summary>
public static class DiskFlushChecks
{
    /// <summary>Makes a file's bytes durable.</summary>
    /// <exception cref="FlushFailedException">The flush failed. Do not trust the content of the file.</exception>
    public static void RequireFile(this IDiskFlush flush, SafeFileHandle file, string path) =>
        Require(flush.FlushFile(file, path), path);

    /// <summary>Makes the bytes of a closed file durable.</summary>
    /// <exception cref="FlushFailedException">The flush failed. Do not trust the content of the file.</exception>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    public static void RequireFile(this IDiskFlush flush, string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        flush.RequireFile(file, path);
    }

    /// <summary>Makes the names in a directory durable.</summary>
    /// <exception cref="FlushFailedException">The flush failed. Do not trust new names in the directory.</exception>
    /// <exception cref="DirectoryNotFoundException">The directory does not exist.</exception>
    public static void RequireDirectory(this IDiskFlush flush, string path) =>
        Require(flush.FlushDirectory(path), path);

    private static void Require(int error, string path)
    {
        if (error != 0)
        {
            throw new FlushFailedException(path, error);
        }
    }
}

/// <summary>A flush failed. The data may be on the disk completely, partly or not at all. It must be written again:
/// repeating the flush can succeed without writing anything.</summary>
public sealed class FlushFailedException : IOException
{
    private const int InputOutputError = 5;

    /// <param name="path">The file or directory that was flushed.</param>
    /// <param name="error">The operating system's error number, which becomes the <see cref="Exception.HResult"/>.</param>
    public FlushFailedException(string path, int error)
        : base($"Cannot flush '{path}' to the disk: {Marshal.GetPInvokeErrorMessage(error)} (error {error}).", error)
    {
    }

    private FlushFailedException(string message, Exception inner)
        : base(message, inner) => HResult = InputOutputError;

    /// <summary>A failed flush of something that cannot be created again.</summary>
    public static FlushFailedException Final(FlushFailedException failure) =>
        new($"{failure.Message} It cannot be created again.", failure);
}
