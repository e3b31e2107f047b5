namespace OrleansUploads.Cli.CommandLine;

/// <summary>Checks that the user may read a folder. Otherwise a folder without read permission looks as if it were empty, because the
/// system says that each file in it does not exist.</summary>
internal static class FolderAccess
{
    /// <exception cref="IOException">The user may not read the folder.</exception>
    public static void Require(string folder)
    {
        try
        {
            _ = Directory.EnumerateFileSystemEntries(folder).Any();
        }
        catch (DirectoryNotFoundException)
        {
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new IOException($"You may not read {folder}. Run this command as the user of the server, or as root.", fault);
        }
    }
}
