using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OrleansUploads.Gateway.Http.Credentials;

/// <summary>The user to whom a folder belongs. What root creates there belongs to that user too, because the server that runs as this
/// user could not read it otherwise.</summary>
internal static partial class FolderOwner
{
    private const int WorkingDirectory = -100;
    private const uint OwnerAndGroup = 0x18;

    /// <summary>Gives a new file to the owner of its folder. Only root can do this, so other users keep their files.</summary>
    /// <exception cref="IOException">The system refuses it.</exception>
    public static void Give(SafeFileHandle file, string folder)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return;
        }

        try
        {
            if (ReadStatus(WorkingDirectory, folder, flags: 0, OwnerAndGroup, out var owner) != 0
                || (owner.User != 0 && ChangeOwner(file, owner.User, owner.Group) != 0))
            {
                throw new IOException(
                    $"The key file cannot be given to the owner of {folder}: {Marshal.GetLastPInvokeErrorMessage()}. "
                    + "Run the command as this user.");
            }
        }
        catch (EntryPointNotFoundException)
        {
            // Neither glibc before 2.28 nor musl before 1.2.3 has statx.
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ReadStatus(int directory, string path, int flags, uint wanted, out Owner owner);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    private static partial int ChangeOwner(SafeFileHandle file, uint user, uint group);

    /// <summary>The owner in the kernel's <c>struct statx</c>, which is the same on all architectures.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private readonly struct Owner
    {
        [FieldOffset(20)]
        public readonly uint User;

        [FieldOffset(24)]
        public readonly uint Group;
    }
}
