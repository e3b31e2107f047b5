using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OrleansUploads.Engine.Disk;

/// <summary>Opens a directory so that it can be fsynced. The base library opens files only.</summary>
internal static partial class DirectoryFsync
{
    private const int ReadOnly = 0;
    private const int Interrupted = 4;
    private const int NoEntry = 2;

    // The value of O_CLOEXEC is the kernel's own; without it a child process would inherit the descriptor.
    private static readonly int CloseOnExec =
        OperatingSystem.IsLinux() ? 0x80000 : OperatingSystem.IsMacOS() ? 0x1000000 : 0;

    /// <summary>Opens a directory for <see cref="RandomAccess.FlushToDisk"/>; null on Windows, where the file system
    /// makes names durable by itself and a directory cannot be flushed.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such directory.</exception>
    public static SafeFileHandle? Open(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        while (true)
        {
            var descriptor = OpenDescriptor(path, ReadOnly | CloseOnExec);
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

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenDescriptor(string path, int flags);
}
