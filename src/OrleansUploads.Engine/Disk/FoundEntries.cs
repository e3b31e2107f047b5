namespace OrleansUploads.Engine.Disk;

/// <summary>Finds what another user may have placed in a folder before the server used it: links, pipes, and files of that user.</summary>
internal static class FoundEntries
{
    /// <summary>Requires that a folder of parts belongs to the user of this process or to root, and that no other user has placed anything in
    /// it. A missing folder meets this.</summary>
    /// <exception cref="IOException">It does not. The message says why and what to do.</exception>
    public static void RequireOwnParts(string parts) => RequireOwnParts(parts, FileStatus.Look, FileStatus.ProcessUser);

    public static void RequireOwnParts(string parts, Func<string, FoundFile?> look, uint user) =>
        RequireUser(parts, look, user, RequireKindsOfParts(parts, look));

    /// <summary>Requires that there are no links, pipes and the like in a folder of parts. For one that is only read.</summary>
    /// <exception cref="IOException">There are. The message names one.</exception>
    public static void RequireKindsOfParts(string parts) => RequireKindsOfParts(parts, FileStatus.Look);

    /// <summary>The names in a folder of parts are fixed. Those below are random.</summary>
    public static List<KeyValuePair<string, FoundFile>> RequireKindsOfParts(string parts, Func<string, FoundFile?> look)
    {
        var entries = new List<KeyValuePair<string, FoundFile>>();
        if (look(Path.Combine(parts, ".")) is not { Kind: FileKind.Folder })
        {
            return entries;
        }

        foreach (var path in Directory.EnumerateFileSystemEntries(parts))
        {
            if (look(path) is { } found)
            {
                RequireKind(path, found, kind: null);
                entries.Add(KeyValuePair.Create(path, found));
            }
        }

        return entries;
    }

    /// <summary>Requires that a folder and its entries belong to a user or to root.</summary>
    /// <exception cref="IOException">One does not.</exception>
    public static void RequireUser(
        string folder, Func<string, FoundFile?> look, uint user, IEnumerable<KeyValuePair<string, FoundFile>> entries)
    {
        // The path to the folder is the operator's, so it may contain links.
        if (look(Path.Combine(folder, ".")) is not { } found)
        {
            return;
        }

        foreach (var (path, file) in entries.Prepend(KeyValuePair.Create(folder, found)))
        {
            if (file.User != user && file.User != 0)
            {
                throw new IOException(
                    $"{path} belongs to the user {file.User}, but this program runs as the user {user}. Run it as the owner of the "
                    + $"folder, or use a folder that belongs to the user {user}.");
            }
        }
    }

    /// <summary>Requires a kind, or that it is a file or a folder.</summary>
    /// <exception cref="IOException">It is of another kind.</exception>
    public static void RequireKind(string path, FoundFile found, FileKind? kind)
    {
        if (kind is null ? found.Kind is not (FileKind.Regular or FileKind.Folder) : found.Kind != kind)
        {
            throw new IOException(
                $"{path} is a {Describe(found.Kind)}, and not a {Describe(kind ?? FileKind.Folder)}. The folder must not contain it: someone "
                + "else may have placed it there. Look at it, and remove it or use another folder.");
        }
    }

    private static string Describe(FileKind kind) => kind switch
    {
        FileKind.Regular => "file",
        FileKind.Folder => "folder",
        FileKind.Link => "symbolic link",
        FileKind.Socket => "socket",
        FileKind.Pipe => "pipe",
        _ => "device",
    };
}
