namespace OrleansUploads.Cli.CommandLine;

/// <summary>Tells a folder that this user may not read from one that is empty or missing: the system says of both that a file in it
/// does not exist.</summary>
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
