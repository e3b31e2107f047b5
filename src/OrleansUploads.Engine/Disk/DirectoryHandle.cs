using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OrleansUploads.Engine.Disk;

/// <summary>Opens directories, which the base library cannot. Not on Windows.</summary>
internal static partial class DirectoryHandle
{
    private const int ReadOnly = 0;
    private const int NoEntry = 2;
    private const int Interrupted = 4;

    // O_CLOEXEC, whose value depends on the kernel. Without it, child processes inherit the descriptor.
    private static readonly int CloseOnExec =
        OperatingSystem.IsLinux() ? 0x80000 : OperatingSystem.IsMacOS() ? 0x1000000 : 0;

    /// <summary><see cref="Exception.HResult"/> of an <see cref="IOException"/> is the system's error.</summary>
    public static SafeFileHandle Open(string path)
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

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}
