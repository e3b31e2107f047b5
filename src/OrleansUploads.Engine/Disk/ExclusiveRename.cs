using System.Runtime.InteropServices;

namespace OrleansUploads.Engine.Disk;

/// <summary>Renames a file so that a file of the new name is never replaced, whoever else does the same.</summary>
/// <remarks>The base library's move without overwriting looks first and renames after on Unix; in between the name can
/// be taken, and the rename then replaces it. A hard link cannot.</remarks>
internal static partial class ExclusiveRename
{
    private const int OperationNotPermitted = 1;
    private const int NoEntry = 2;
    private const int FileExists = 17;
    private const int NotSupportedOnLinux = 95;
    private const int NotSupportedOnMac = 45;

    /// <summary>Gives a file its new name; false when that is taken, and then nothing has changed.</summary>
    /// <exception cref="FileNotFoundException">The file is gone.</exception>
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
                throw new FileNotFoundException($"There is no '{from}' to name '{to}'.", from);
            }

            // File systems without hard links (exFAT, some network shares) leave only the move.
            if (error is not (OperationNotPermitted or NotSupportedOnLinux or NotSupportedOnMac))
            {
                throw new IOException($"Cannot name '{to}': {Marshal.GetPInvokeErrorMessage(error)}.", error);
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

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);
}
