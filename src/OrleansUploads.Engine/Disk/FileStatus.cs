using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OrleansUploads.Engine.Disk;

/// <summary>Linux's <c>statx</c>: reads the attributes of a file that are asked for.</summary>
internal static partial class FileStatus
{
    /// <summary>The length, STATX_SIZE.</summary>
    public const uint Length = 0x200;

    /// <summary>The alignments of direct writes, STATX_DIOALIGN. Linux before 6.1 does not know them.</summary>
    public const uint DirectAlignment = 0x2000;

    private const int EmptyPath = 0x1000;

    /// <summary>Whether the system has it. Neither glibc before 2.28 nor musl before 1.2.3 does.</summary>
    public static bool IsSupported { get; } = OperatingSystem.IsLinux()
        && NativeLibrary.TryLoad("libc", typeof(FileStatus).Assembly, searchPath: null, out var library)
        && NativeLibrary.TryGetExport(library, "statx", out _);

    /// <summary>Reads attributes of an open file.</summary>
    /// <returns>0, or the error number of the operating system.</returns>
    public static int Read(SafeFileHandle file, uint wanted, out Attributes attributes) =>
        Read(file, "", EmptyPath, wanted, out attributes) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>Reads attributes of a file in an open directory.</summary>
    /// <returns>0, or the error number of the operating system.</returns>
    public static int ReadIn(SafeFileHandle directory, string name, uint wanted, out Attributes attributes) =>
        Read(directory, name, flags: 0, wanted, out attributes) == 0 ? 0 : Marshal.GetLastPInvokeError();

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Read(SafeFileHandle file, string name, int flags, uint wanted, out Attributes attributes);

    /// <summary>The kernel's <c>struct statx</c>, which is the same on all architectures.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public readonly struct Attributes
    {
        /// <summary>The attributes that were read.</summary>
        [FieldOffset(0)]
        public readonly uint Read;

        /// <summary>The length in bytes.</summary>
        [FieldOffset(40)]
        public readonly long LengthBytes;

        /// <summary>The alignment in memory of direct writes, or 0 if the file does not support them.</summary>
        [FieldOffset(0x98)]
        public readonly uint DirectMemoryAlignment;

        /// <summary>The alignment in the file of direct writes, or 0 if the file does not support them.</summary>
        [FieldOffset(0x9C)]
        public readonly uint DirectOffsetAlignment;
    }
}
