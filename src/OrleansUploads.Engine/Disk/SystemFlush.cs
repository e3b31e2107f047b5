using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OrleansUploads.Engine.Disk;

/// <summary>The operating system's flushes.</summary>
/// <remarks>The base library cannot be used. On Linux, <see cref="RandomAccess.FlushToDisk"/> and
/// <see cref="FileStream.Flush(bool)"/> ignore errors of <c>fsync</c>, and they cannot flush directories.</remarks>
public sealed partial class SystemFlush : IDiskFlush
{
    private const int Interrupted = 4;
    private const int NotSupportedOnMac = 45;
    private const int FullFlushOnMac = 51;

    private SystemFlush()
    {
    }

    public static SystemFlush Instance { get; } = new();

    public int FlushFile(SafeFileHandle file, string path)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (!OperatingSystem.IsWindows())
        {
            return Flush(file);
        }

        try
        {
            RandomAccess.FlushToDisk(file);
            return 0;
        }
        catch (IOException failure)
        {
            return failure.HResult;
        }
    }

    public int FlushDirectory(string path)
    {
        // Windows makes names durable itself and cannot flush a directory.
        if (OperatingSystem.IsWindows())
        {
            return 0;
        }

        using var directory = DirectoryHandle.Open(path);
        return Flush(directory);
    }

    private static int Flush(SafeFileHandle handle)
    {
        while (true)
        {
            if (FlushOnce(handle) == 0)
            {
                return 0;
            }

            var error = Marshal.GetLastPInvokeError();
            if (error != Interrupted)
            {
                return error;
            }
        }
    }

    private static int FlushOnce(SafeFileHandle handle)
    {
        if (!OperatingSystem.IsMacOS())
        {
            return Fsync(handle);
        }

        // On macOS, fsync leaves the bytes in the drive's cache. Network shares support only fsync.
        var result = Fcntl(handle, FullFlushOnMac);
        return result != -1 ? 0
            : Marshal.GetLastPInvokeError() == NotSupportedOnMac ? Fsync(handle)
            : result;
    }

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Fcntl(SafeFileHandle file, int command);
}
