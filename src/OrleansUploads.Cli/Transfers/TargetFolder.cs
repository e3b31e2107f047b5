using OrleansUploads.Cli.Archives;

namespace OrleansUploads.Cli.Transfers;

/// <summary>A folder that gets archives as files under their names. Anybody who may upload chooses names, so none leads out of it.</summary>
internal sealed class TargetFolder(string root)
{
    /// <summary>Returns the path of the file for an archive. One without a name gets its ID. As with a tar, a slash at the beginning of a
    /// name does not count.</summary>
    /// <exception cref="IOException">No file in the folder can have the name.</exception>
    public string PathOf(InventoryEntry archive)
    {
        var name = ArchiveName.Decode(archive.Description ?? "").Replace(Path.DirectorySeparatorChar, '/');
        string[] components = [.. ArchiveName.Components(name)];
        return components switch
        {
            [] => Path.Combine(root, archive.ArchiveId),
            _ when components.Contains("..") => throw Refusal(archive, "leads out of the folder"),
            _ when components.Any(static part => part.AsSpan().ContainsAny(Path.GetInvalidFileNameChars())) =>
                throw Refusal(archive, "has characters that the name of a file cannot have"),
            _ => Path.Combine([root, .. components]),
        };
    }

    /// <summary>Creates the folders above a file.</summary>
    /// <exception cref="IOException">One of them is a link, which may lead elsewhere, or it cannot be created.</exception>
    public void CreateFoldersAbove(string path)
    {
        var folder = root;
        foreach (var name in Path.GetRelativePath(root, Path.GetDirectoryName(path)!).Split(Path.DirectorySeparatorChar))
        {
            folder = Path.Combine(folder, name);
            if (name != "." && new DirectoryInfo(folder).LinkTarget is not null)
            {
                throw new IOException($"{folder} is a link, so nothing is written into it. Delete it, or name another folder with -o.");
            }
        }

        Directory.CreateDirectory(folder);
    }

    private static IOException Refusal(InventoryEntry archive, string reason) =>
        new($"This name {reason}. To download the archive, name a file for it: download {archive.ArchiveId} -o FILE");
}
