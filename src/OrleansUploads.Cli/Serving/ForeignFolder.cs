using OrleansUploads.Engine.DataFolders;

namespace OrleansUploads.Cli.Serving;

/// <summary>Protects folders of other programs, such as a home folder or <c>/tmp</c>, that <c>--data</c> names by mistake. The server
/// takes its folder away from all other users.</summary>
internal static class ForeignFolder
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private static readonly string[] MadeByFileSystems = ["lost+found", ".snapshot", ".snapshots", ".zfs"];

    private static readonly string[] MadeByKeys = [FixedNames.Keys, FixedNames.KeysLock];

    /// <summary>Requires that a folder does not exist, is a data folder, is empty, or is closed to other users already.</summary>
    /// <exception cref="IOException">It has files of others.</exception>
    public static void Require(string folder)
    {
        if (OperatingSystem.IsWindows()
            || !Directory.Exists(folder)
            || DataFolder.Exists(folder)
            || (File.GetUnixFileMode(folder) & Others) == 0)
        {
            return;
        }

        FileFault.RequireReadable(folder);
        var foreign = Directory.EnumerateFileSystemEntries(folder)
            .Select(path => Path.GetFileName(path)!)
            .FirstOrDefault(name => !MadeByFileSystems.Contains(name) && !MadeByKeys.Contains(name));
        if (foreign is not null)
        {
            throw new IOException(
                $"{folder} is not a data folder, but contains {foreign}. The server would take the folder away from other users. Name a new "
                + "or empty folder with --data. If only the server uses this one, first remove the rights of others with chmod go=.");
        }
    }
}
