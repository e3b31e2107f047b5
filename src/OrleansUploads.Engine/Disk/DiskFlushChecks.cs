using Microsoft.Win32.SafeHandles;

namespace OrleansUploads.Engine.Disk;

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
