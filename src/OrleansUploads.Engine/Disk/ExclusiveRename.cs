using System.Runtime.InteropServices;

namespace OrleansUploads.Engine.Disk;

/// <summary>Renames a file and never replaces an existing one, even if other processes do the same concurrently.</summary>
/// <remarks>On Unix, the base library's move without overwriting first checks and then renames, so it replaces a file that
/// is created in between. Creating a hard link never replaces a file.</remarks>
internal static partial class ExclusiveRename
{
    private const int OperationNotPermitted = 1;
    private const int NoEntry = 2;
    private const int FileExists = 17;
    private const int NotSupportedOnLinux = 95;
    private const int NotSupportedOnMac = 45;

    /// <summary>Renames a file; false, without any change, if the new name exists.</summary>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    public static bool TryMove(string from, string to)
    {
        if (!OperatingSystem.IsWindows())
        {
            if (Link(from, to) == 0)
            {
                File.Delete(from);
                return true;
            }

            var error = Marshal.GetLastPInvokeError();
            if (error == FileExists)
            {
                return false;
            }

            if (error == NoEntry)
            {
                throw new FileNotFoundException($"Cannot rename '{from}' to '{to}': the file does not exist.", from);
            }

            // File systems without hard links (exFAT, some network shares) need the move below.
            if (error is not (OperationNotPermitted or NotSupportedOnLinux or NotSupportedOnMac))
            {
                throw new IOException($"Cannot rename '{from}' to '{to}': {Marshal.GetPInvokeErrorMessage(error)}.", error);
            }
        }

        try
        {
            File.Move(from, to, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(to))
        {
            return false;
        }
    }

    /// <summary>Gives a file another name, unless the system or its file system cannot. An existing file is never replaced.</summary>
    public static bool TryLink(string from, string to) => !OperatingSystem.IsWindows() && Link(from, to) == 0;

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);
}
