using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OrleansUploads.Client.Transfers;

/// <summary>Files that this user's earlier runs have written. In a folder into which others may write, somebody may have put another one
/// in their place, so that bytes get into a file behind a link, or into one that others can read and change.</summary>
internal static partial class OwnFile
{
    private const uint TypeLinksOwnerAndInode = 0x1 | 0x4 | 0x8 | 0x100;
    private const int EmptyPath = 0x1000;
    private const int NoFollow = 0x100;
    private const int WorkingDirectory = -100;
    private const int NoEntry = 2;

    /// <summary>Creates a file for exclusive access.</summary>
    /// <exception cref="IOException">The name is taken, also by a link to nothing.</exception>
    public static SafeFileHandle Create(string path) =>
        File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.Asynchronous);

    /// <summary>Opens a file for exclusive access, or returns null if there is none.</summary>
    /// <exception cref="IOException">It is in use, or it is a link or something else than a regular file, or it has a second name or
    /// another owner. Only Linux tells the last two.</exception>
    public static SafeFileHandle? OpenIfPresent(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            var there = new FileInfo(path);
            return there.LinkTarget is not null ? throw Refusal(path, "is a link") : there.Exists ? Open(path) : null;
        }

        // What is looked at by its name may be replaced before it is opened, so it is compared with what is open.
        if (Read(WorkingDirectory, path, NoFollow, TypeLinksOwnerAndInode, out var named) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            return error == NoEntry ? null : throw new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(error)}.", error);
        }

        Require(named.IsRegular, path, "is a link or not a regular file");
        Require(named.Owner == UserId(), path, "belongs to another user");
        Require(named.LinkCount == 1, path, "has a second name");
        var file = Open(path);
        if (Read((int)file.DangerousGetHandle(), "", EmptyPath, TypeLinksOwnerAndInode, out var open) == 0
            && (open.Inode, open.Device) == (named.Inode, named.Device))
        {
            return file;
        }

        file.Dispose();
        throw Refusal(path, "has been replaced");
    }

    private static SafeFileHandle Open(string path) =>
        File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, FileOptions.Asynchronous);

    private static void Require(bool isMet, string path, string reason)
    {
        if (!isMet)
        {
            throw Refusal(path, reason);
        }
    }

    private static IOException Refusal(string path, string reason) =>
        new($"{path} {reason}, so nothing is written to it. Delete it, or download to another file.");

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Read(int directory, string path, int flags, uint wanted, out Status status);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint UserId();

    /// <summary>The kernel's <c>struct statx</c>, which is the same on all architectures.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private readonly struct Status
    {
        [FieldOffset(16)]
        public readonly uint LinkCount;

        [FieldOffset(20)]
        public readonly uint Owner;

        [FieldOffset(28)]
        private readonly ushort _mode;

        [FieldOffset(32)]
        public readonly ulong Inode;

        /// <summary>The major and the minor number.</summary>
        [FieldOffset(136)]
        public readonly ulong Device;

        public bool IsRegular => (_mode & 0xF000) == 0x8000;
    }
}
