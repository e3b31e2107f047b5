using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Disk;

/// <summary>The operating system's flushes.</summary>
/// <remarks>The base library cannot be used. On Linux, <see cref="RandomAccess.FlushToDisk"/> and
/// <see cref="FileStream.Flush(bool)"/> ignore errors of <c>fsync</c>, and they cannot flush directories.</remarks>
public sealed partial class SystemFlush : IDiskFlush
{
    private const int ReadOnly = 0;
    private const int NoEntry = 2;
    private const int Interrupted = 4;
    private const int NotSupportedOnMac = 45;
    private const int FullFlushOnMac = 51;

    // O_CLOEXEC, whose value depends on the kernel. Without it, child processes inherit the descriptor.
    private static readonly int CloseOnExec =
        OperatingSystem.IsLinux() ? 0x80000 : OperatingSystem.IsMacOS() ? 0x1000000 : 0;

    private SystemFlush()
    {
    }

    /// <summary>The only instance.</summary>
    public static SystemFlush Instance { get; } = new();

    /// <inheritdoc/>
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

    /// <inheritdoc/>
    public int FlushDirectory(string path)
    {
        // Windows makes names durable itself and cannot flush a directory.
        if (OperatingSystem.IsWindows())
        {
            return 0;
        }

        using var directory = OpenDirectory(path);
        return Flush(directory);
    }

    private static SafeFileHandle OpenDirectory(string path)
    {
        while (true)
        {
            var descriptor = Open(path, ReadOnly | CloseOnExec);
            if (descriptor >= 0)
            {
                return new SafeFileHandle(descriptor, ownsHandle: true);
            }

            var error = Marshal.GetLastPInvokeError();
            if (error == Interrupted)
            {
                continue;
            }

            var message = $"Cannot open directory '{path}': {Marshal.GetPInvokeErrorMessage(error)}.";
            throw error == NoEntry ? new DirectoryNotFoundException(message) : new IOException(message, error);
        }
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

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Fcntl(SafeFileHandle file, int command);
}
