using Microsoft.Win32.SafeHandles;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Disk;

/// <summary>Flushes that throw when they fail.</summary>
public static class DiskFlushChecks
{
    /// <summary>Makes a file's bytes durable.</summary>
    /// <exception cref="FlushFailedException">It failed; what was in the file is not to be trusted.</exception>
    public static void RequireFile(this IDiskFlush flush, SafeFileHandle file, string path) =>
        Require(flush.FlushFile(file, path), path);

    /// <summary>Makes the names in a directory durable.</summary>
    /// <exception cref="FlushFailedException">It failed; names that are new in it are not to be trusted.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such directory.</exception>
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
