using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OrleansUploads.Engine.Ports;

/// <summary>The calls that make files and directories durable. Everything outside SQLite that must survive a power cut goes through
/// this interface, so that tests can fail or skip a flush.</summary>
/// <remarks>All members may be called concurrently.</remarks>
public interface IDiskFlush
{
    /// <summary>Makes the content and length of a file durable. Its name is durable only after its directory is flushed.</summary>
    /// <param name="path">For messages.</param>
    /// <returns>0, or the error number of the operating system. After an error it is unknown which bytes are durable.</returns>
    int FlushFile(SafeFileHandle file, string path);

    /// <summary>Makes the names in a directory durable, including earlier removals of names.</summary>
    /// <returns>0, or the error number of the operating system. After an error it is unknown which names are durable.</returns>
    /// <exception cref="DirectoryNotFoundException">The directory does not exist.</exception>
    /// <exception cref="IOException">The directory could not be opened, so no flush was attempted.</exception>
    int FlushDirectory(string path);
}

public static class DiskFlushChecks
{
    /// <summary>Flushes a file. After a <see cref="FlushFailedException"/>, do not trust its content.</summary>
    public static void RequireFile(this IDiskFlush flush, SafeFileHandle file, string path) =>
        Require(flush.FlushFile(file, path), path);

    /// <summary>Flushes a file that is closed, with the same exception.</summary>
    public static void RequireFile(this IDiskFlush flush, string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        flush.RequireFile(file, path);
    }

    /// <summary>Flushes a directory. After a <see cref="FlushFailedException"/>, do not trust new names in it.</summary>
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

    /// <summary>The error number becomes the <see cref="Exception.HResult"/>.</summary>
    public FlushFailedException(string path, int error)
        : base($"Cannot flush '{path}' to the disk: {Marshal.GetPInvokeErrorMessage(error)} (error {error}).", error)
    {
    }

    private FlushFailedException(string message, Exception inner)
        : base(message, inner) => HResult = InputOutputError;

    /// <summary>The failure, for something that cannot be created again.</summary>
    public static FlushFailedException Final(FlushFailedException failure) =>
        new($"{failure.Message} It cannot be created again.", failure);
}
