using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OrleansUploads.Engine.Disk;

/// <summary>Allocates room for a file a little ahead of the bytes that have come: so a full disk is noticed early, and a sender that
/// announces much and sends little holds little.</summary>
/// <param name="file">The file; its first <see cref="Bytes"/> are allocated already, or all of it where it is shorter.</param>
/// <param name="fileBytes">How long it will be.</param>
internal sealed partial class AllocationAhead(SafeFileHandle file, long fileBytes)
{
    /// <summary>How far ahead.</summary>
    public const long Bytes = 8 * 1024 * 1024;

    private const int KeepSize = 1;
    private const int Interrupted = 4;
    private const int NoSpaceLeft = 28;
    private const int QuotaExceeded = 122;

    private long _allocated = Math.Min(fileBytes, Bytes);

    /// <summary>Makes sure that there is room up to an offset.</summary>
    /// <exception cref="IOException">The disk is full.</exception>
    public void Cover(long end)
    {
        if (end <= _allocated || !OperatingSystem.IsLinux())
        {
            return;
        }

        var until = Math.Min(fileBytes, end + Bytes);
        int error;
        do
        {
            error = Allocate(file, KeepSize, _allocated, until - _allocated) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
        while (error == Interrupted);

        // A file system that cannot do it says so with other errors; there the write itself finds out.
        if (error is NoSpaceLeft or QuotaExceeded)
        {
            throw new IOException($"No room for {until} bytes: {Marshal.GetPInvokeErrorMessage(error)}.", error);
        }

        _allocated = until;
    }

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int Allocate(SafeFileHandle file, int mode, long offset, long length);
}
