using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using OrleansUploads.Engine.Disk;

namespace OrleansUploads.Gateway.Http.Credentials;

/// <summary>The user to whom a folder belongs. What root creates there belongs to that user too, because the server that runs as this
/// user could not read it otherwise.</summary>
internal static partial class FolderOwner
{
    /// <summary>Gives a new file to the owner of its folder. Only root can do this, so other users keep their files.</summary>
    /// <exception cref="IOException">The system refuses it.</exception>
    public static void Give(SafeFileHandle file, string folder)
    {
        if (!FileStatus.IsSupported || !Environment.IsPrivilegedProcess)
        {
            return;
        }

        if (FileStatus.ReadAt(folder, FileStatus.Owner, out var owner) != 0
            || (owner.User != 0 && ChangeOwner(file, owner.User, owner.Group) != 0))
        {
            throw new IOException(
                $"The key file cannot be given to the owner of {folder}: {Marshal.GetLastPInvokeErrorMessage()}. "
                + "Run the command as this user.");
        }
    }

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    private static partial int ChangeOwner(SafeFileHandle file, uint user, uint group);
}
