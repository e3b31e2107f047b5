using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OrleansUploads.Benchmarks.Transfers;

/// <summary>Linux's memory of file contents.</summary>
internal static partial class PageCache
{
    private const int SetFlags = 4;
    private const int DoNotNeed = 4;

    // O_DIRECT is not the same on all architectures.
    private static readonly int Direct = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x10000 : 0x4000;

    /// <summary>Makes the writes to a file skip the page cache.</summary>
    /// <exception cref="Win32Exception">The file system refuses it.</exception>
    public static void Bypass(SafeFileHandle file)
    {
        if (Control(file, SetFlags, Direct) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Forgets what the large files of a folder contain, so that the next reader waits for the disk. Bytes that are not on the
    /// disk yet are written first.</summary>
    public static void Drop(string folder)
    {
        foreach (var large in new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Where(IsLarge))
        {
            using var file = File.OpenHandle(large.FullName, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            RandomAccess.FlushToDisk(file);
            if (Advise(file, 0, 0, DoNotNeed) is not 0 and var error)
            {
                throw new Win32Exception(error);
            }
        }
    }

    // Smaller files are the server's own, which holds some of them exclusively.
    private static bool IsLarge(FileInfo file) => file.Length >= 1 << 20;

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(SafeFileHandle file, int command, int argument);

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);
}
