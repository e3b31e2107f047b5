using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OrleansUploads.Engine.Disk;

/// <summary>Allocates disk space for a file slightly ahead of the bytes that have arrived. A full disk is therefore noticed
/// early, and a sender that announces much and sends little reserves little.</summary>
/// <param name="file">The file. Its first <see cref="Bytes"/> bytes, or all of a shorter file, are already
/// allocated.</param>
internal sealed partial class AllocationAhead(SafeFileHandle file, long fileBytes, Action<long>? requireSpace)
{
    /// <summary>How far to allocate ahead, in bytes.</summary>
    public const long Bytes = 8 * 1024 * 1024;

    private const int KeepSize = 1;
    private const int Interrupted = 4;
    private const int NoSpaceLeft = 28;
    private const int QuotaExceeded = 122;

    private long _allocated = Math.Min(fileBytes, Bytes);

    /// <summary>Ensures that space is allocated up to an offset.</summary>
    /// <exception cref="IOException">The disk is full.</exception>
    /// <exception cref="PartStoreFullException">Too little free space would be left for other data.</exception>
    public void Cover(long end)
    {
        if (end <= _allocated)
        {
            return;
        }

        requireSpace?.Invoke(0);
        var until = Math.Min(fileBytes, end + Bytes);
        if (OperatingSystem.IsLinux())
        {
            AllocateTo(until);
        }

        _allocated = until;
    }

    private void AllocateTo(long until)
    {
        int error;
        do
        {
            error = Allocate(file, KeepSize, _allocated, until - _allocated) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
        while (error == Interrupted);

        // Other errors mean that the file system does not support preallocation. Then the write itself reports a full disk.
        if (error is NoSpaceLeft or QuotaExceeded)
        {
            throw new IOException($"No room for {until} bytes: {Marshal.GetPInvokeErrorMessage(error)}.", error);
        }
    }

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int Allocate(SafeFileHandle file, int mode, long offset, long length);
}
