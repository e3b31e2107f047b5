using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Gateway.Http.Credentials;

namespace OrleansUploads.Cli.Keys;

/// <summary>Opens the key file of a folder that a server uses. A wrong folder would otherwise get keys that no server knows.</summary>
internal static class KeyFolder
{
    /// <exception cref="IOException">The folder has neither a journal nor a key file, or this user may not read it.</exception>
    public static KeyFile Open(string folder)
    {
        var file = KeyFile.InFolder(folder);
        if (File.Exists(file.Path) || DataFolder.Exists(folder))
        {
            return file;
        }

        FolderAccess.Require(folder);
        throw new IOException(
            $"{folder} is not a data folder: it has neither a journal nor a key file. Name the folder of the server with --data, "
            + "or begin a key file with 'keys add --create'.");
    }
}
