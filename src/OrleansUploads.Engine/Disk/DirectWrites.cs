using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using OrleansUploads.Engine.Attempts;

namespace OrleansUploads.Engine.Disk;

/// <summary>Writes past the page cache: whether the file system allows them, and the blocks for them. Safe for concurrent use.</summary>
internal sealed class DirectWrites(DiskPartStoreOptions options)
{
    /// <summary>Length of a block: long enough that handing it to another thread costs little. A body uses two, so that one is filled while
    /// the other is written, or one if there are no more.</summary>
    public const int BlockBytes = 1024 * 1024;

    /// <summary>Shorter attempts have no whole block, so they are written through the page cache.</summary>
    public const long MinBytes = BlockBytes;

    private Support _support = options.DirectIo == DirectIo.Off ? Support.Refused : Support.Unknown;

    public BlockPool Blocks { get; } = new(BlockBytes, options.DirectBlocks);

    /// <summary>Makes the writes to a new file skip the page cache, if the file system allows it.</summary>
    public bool TryBegin(SafeFileHandle file, long lengthBytes)
    {
        if (lengthBytes < MinBytes)
        {
            return false;
        }

        if (_support == Support.Unknown)
        {
            TryMove(Support.Unknown, DirectFiles.SeemAllowed(file) ? Support.Expected : Support.Refused);
        }

        return _support != Support.Refused && DirectFiles.Set(file, isDirect: true) == 0;
    }

    /// <summary>Makes the next writes to a file use the page cache again.</summary>
    /// <exception cref="IOException">The system refused it, so the rest of the file cannot be written.</exception>
    public static void End(SafeFileHandle file)
    {
        if (DirectFiles.Set(file, isDirect: false) is not 0 and var error)
        {
            throw new IOException($"Direct writes cannot be ended: {Marshal.GetPInvokeErrorMessage(error)}.", error);
        }
    }

    /// <summary>Writes to a file through the page cache, unless the file skips it.</summary>
    public void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset) => options.Write(file, bytes, offset);

    /// <summary>Writes a block to a file that skips the page cache. If the file system refuses that, the block is written through the page
    /// cache, like all others after it.</summary>
    public void WriteBlock(SafeFileHandle file, ReadOnlySpan<byte> block, long offset)
    {
        try
        {
            Write(file, block, offset);
            TryMove(Support.Expected, Support.Proved);
        }
        catch (IOException error) when (DiskErrors.IsInvalidArgument(error))
        {
            // A write that stopped in the middle, so that the rest is not aligned, concerns this file only.
            End(file);
            if (TryMove(Support.Expected, Support.Refused))
            {
                options.OnDirectIoRefused?.Invoke(error.Message);
            }

            Write(file, block, offset);
        }
    }

    private bool TryMove(Support from, Support to) => Interlocked.CompareExchange(ref _support, to, from) == from;

    /// <summary>Whether the file system allows direct writes.</summary>
    private enum Support
    {
        /// <summary>No file was asked yet.</summary>
        Unknown,

        /// <summary>A file seems to allow them, but none was written yet.</summary>
        Expected,

        /// <summary>A block was written.</summary>
        Proved,

        /// <summary>It does not allow them, or the operator does not want them.</summary>
        Refused,
    }
}

internal static partial class DirectFiles
{
    private const int GetFlags = 3;
    private const int SetFlags = 4;

    /// <summary>More than the 120 bytes of <c>struct statfs</c>.</summary>
    private const int FileSystemBytes = 256;

    // O_DIRECT is not the same on all architectures.
    private static readonly int Direct = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.Arm or Architecture.Armv6 or Architecture.Arm64 => 0x10000,
        Architecture.Ppc64le => 0x20000,
        _ => 0x4000,
    };

    // Servers behind a network and file systems in user space cache by their own rules, and some accept the flag without the
    // guarantee. Memory has nothing to skip.
    private static readonly long[] Excluded =
    [
        0x6969, // NFS
        0x65735546, // FUSE
        0x01021994, // tmpfs
        0x858458F6, // ramfs
        0x517B, // SMB
        0xFF534D42, // CIFS
        0xFE534D42, // SMB2
        0x00C36400, // Ceph
        0x01021997, // 9P
    ];

    /// <summary>Whether the file system of a file seems to allow direct writes of aligned blocks. Only a write shows it for
    /// certain.</summary>
    public static bool SeemAllowed(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
        {
            return false;
        }

        var system = new byte[FileSystemBytes];
        return StatFileSystem(file, system) == 0
            && !Excluded.Contains(BitConverter.ToInt64(system) & uint.MaxValue)
            && AlignmentFits(file);
    }

    /// <summary>Returns 0, or the error number of the operating system.</summary>
    public static int Set(SafeFileHandle file, bool isDirect)
    {
        var flags = Control(file, GetFlags, 0);
        return flags != -1 && Control(file, SetFlags, isDirect ? flags | Direct : flags & ~Direct) != -1
            ? 0
            : Marshal.GetLastPInvokeError();
    }

    public static bool IsDirect(SafeFileHandle file) => (Control(file, GetFlags, 0) & Direct) != 0;

    // Older systems do not know the alignment.
    private static bool AlignmentFits(SafeFileHandle file) =>
        !FileStatus.IsSupported
        || FileStatus.Read(file, FileStatus.DirectAlignment, out var status) != 0
        || (status.Read & FileStatus.DirectAlignment) == 0
        || (Divides(status.DirectMemoryAlignment, BlockPool.AlignmentBytes)
            && Divides(status.DirectOffsetAlignment, DirectWrites.BlockBytes));

    // Zero means that the file does not support direct writes.
    private static bool Divides(uint alignment, int of) => alignment != 0 && of % alignment == 0;

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(SafeFileHandle file, int command, int argument);

    [LibraryImport("libc", EntryPoint = "fstatfs", SetLastError = true)]
    private static partial int StatFileSystem(SafeFileHandle file, [Out] byte[] result);
}
