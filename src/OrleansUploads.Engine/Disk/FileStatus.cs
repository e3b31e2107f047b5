using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OrleansUploads.Engine.Disk;

/// <summary>Linux's <c>statx</c>: reads the attributes of a file that are asked for.</summary>
public static partial class FileStatus
{
    /// <summary>What kind of file it is, STATX_TYPE.</summary>
    public const uint Type = 0x1;

    /// <summary>The user and the group to whom it belongs, STATX_UID and STATX_GID.</summary>
    public const uint Owner = 0x18;

    /// <summary>The number of hard links, STATX_NLINK.</summary>
    public const uint Names = 0x4;

    /// <summary>The inode number, STATX_INO.</summary>
    public const uint Inode = 0x100;

    /// <summary>The length, STATX_SIZE.</summary>
    public const uint Length = 0x200;

    /// <summary>The alignments of direct writes, STATX_DIOALIGN. Linux before 6.1 does not know them.</summary>
    public const uint DirectAlignment = 0x2000;

    private const int EmptyPath = 0x1000;
    private const int LinksThemselves = 0x100;
    private const int WorkingDirectory = -100;

    /// <summary>Whether the system has <c>statx</c>. Neither glibc before 2.28 nor musl before 1.2.3 does.</summary>
    public static bool IsSupported { get; } = OperatingSystem.IsLinux()
        && NativeLibrary.TryLoad("libc", typeof(FileStatus).Assembly, searchPath: null, out var library)
        && NativeLibrary.TryGetExport(library, "statx", out _);

    public static int Read(SafeFileHandle file, uint wanted, out Attributes attributes) =>
        Read(file, "", EmptyPath, wanted, out attributes) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>Reads the attributes of a file in a directory. Like the other methods, it returns 0 or the error number of the operating
    /// system.</summary>
    public static int ReadIn(SafeFileHandle directory, string name, uint wanted, out Attributes attributes) =>
        Read(directory, name, flags: 0, wanted, out attributes) == 0 ? 0 : Marshal.GetLastPInvokeError();

    public static int ReadAt(string path, uint wanted, out Attributes attributes)
    {
        using var directory = new SafeFileHandle(WorkingDirectory, ownsHandle: false);
        return ReadIn(directory, path, wanted, out attributes);
    }

    /// <summary>Reads the attributes of a path, and does not follow a link.</summary>
    public static int ReadLinkAt(string path, uint wanted, out Attributes attributes)
    {
        using var directory = new SafeFileHandle(WorkingDirectory, ownsHandle: false);
        return Read(directory, path, LinksThemselves, wanted, out attributes) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    internal static uint ProcessUser => IsSupported ? EffectiveUser() : 0;

    /// <summary>What is at a path, or null if nothing is or it cannot be seen. A link is not followed.</summary>
    internal static FoundFile? Look(string path)
    {
        if (!IsSupported)
        {
            return !Path.Exists(path) ? null
                : new FoundFile(
                    new FileInfo(path).LinkTarget is not null ? FileKind.Link
                    : Directory.Exists(path) ? FileKind.Folder
                    : FileKind.Regular,
                    User: 0);
        }

        using var directory = new SafeFileHandle(WorkingDirectory, ownsHandle: false);
        return Read(directory, path, LinksThemselves, Type | Owner, out var attributes) == 0
            ? new FoundFile(attributes.Kind, attributes.User)
            : null;
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Read(SafeFileHandle file, string name, int flags, uint wanted, out Attributes attributes);

    /// <summary>The kernel's <c>struct statx</c>, which is the same on all architectures.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public readonly struct Attributes
    {
        [FieldOffset(0)]
        public readonly uint Read;

        [FieldOffset(16)]
        public readonly uint NameCount;

        [FieldOffset(20)]
        public readonly uint User;

        [FieldOffset(24)]
        public readonly uint Group;

        [FieldOffset(28)]
        private readonly ushort _mode;

        /// <summary>The inode number, which no other file of the file system has.</summary>
        [FieldOffset(32)]
        public readonly ulong Number;

        [FieldOffset(40)]
        public readonly long LengthBytes;

        /// <summary>The device with the file system: its major number in the lower half, its minor number in the upper one.</summary>
        [FieldOffset(0x88)]
        public readonly ulong Device;

        /// <summary>The alignment in memory of direct writes, or 0 if the file does not support them.</summary>
        [FieldOffset(0x98)]
        public readonly uint DirectMemoryAlignment;

        /// <summary>The alignment in the file of direct writes, or 0 if the file does not support them.</summary>
        [FieldOffset(0x9C)]
        public readonly uint DirectOffsetAlignment;

        public bool IsRegular => Kind == FileKind.Regular;

        internal FileKind Kind => (FileKind)(_mode & 0xF000);
    }
}

/// <summary>The kinds of files that matter here, with the system's values.</summary>
internal enum FileKind
{
    Pipe = 0x1000,

    Folder = 0x4000,

    Regular = 0x8000,

    Link = 0xA000,

    Socket = 0xC000,
}

internal readonly record struct FoundFile(FileKind Kind, uint User);
