using System.Text;

namespace OrleansUploads.Engine.Disk;

/// <summary>The claims of a folder that processes share, one file each.</summary>
internal static class ClaimFiles
{
    /// <summary>Name of the folder with the files. It is stored; never change it.</summary>
    private const string FolderName = "store-claims";

    /// <summary>Lists the names of the claims. Each file is opened, because a network file system may list what another machine has
    /// deleted, but does not open it.</summary>
    public static IReadOnlyList<string> List(string root)
    {
        var folder = Path.Combine(root, FolderName);
        try
        {
            return [.. Directory.EnumerateFiles(folder).Where(CanOpen).Select(static path => Path.GetFileName(path))];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <summary>Stores a claim, durably.</summary>
    /// <exception cref="FlushFailedException">The claim may be lost in a power cut.</exception>
    public static void Put(string root, string name, string text)
    {
        var folder = DurableFolder.Make(Path.Combine(root, FolderName));
        DurableFile.MakeOnce(Path.Combine(folder, name), Encoding.UTF8.GetBytes(text), SystemFlush.Instance);
    }

    /// <summary>What a claim says, or null if it does not exist.</summary>
    public static string? Read(string root, string name) =>
        DurableFile.TryRead(Path.Combine(root, FolderName, name)) is { } text ? Encoding.UTF8.GetString(text) : null;

    /// <summary>A missing claim is no error.</summary>
    public static void Delete(string root, string name)
    {
        try
        {
            File.Delete(Path.Combine(root, FolderName, name));
        }
        catch (DirectoryNotFoundException)
        {
            // There are no claims.
        }
    }

    private static bool CanOpen(string path)
    {
        try
        {
            File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete).Dispose();
            return true;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }
}
