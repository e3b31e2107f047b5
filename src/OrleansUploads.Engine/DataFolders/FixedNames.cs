using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Sqlite;

namespace OrleansUploads.Engine.DataFolders;

/// <summary>The names in a data folder that are the same for every server. Another user who could write to the folder before the server
/// may have placed a link or a pipe under one of them, and so must not choose what the server opens.</summary>
public static class FixedNames
{
    public const string Keys = "keys.json";

    /// <summary>Held while the access keys are changed.</summary>
    public const string KeysLock = "keys.lock";

    /// <summary>The socket on which the server takes commands.</summary>
    public const string ControlSocket = "control.sock";

    private const string NewSuffix = ".new";

    private static readonly string[] SqliteSuffixes = ["", "-wal", "-shm", "-journal"];

    internal static IReadOnlyDictionary<string, FileKind> All { get; } = new Dictionary<string, FileKind>(
    [
        .. new[] { JournalSchema.FileName, BackupFolder.Unfinished }
            .SelectMany(static database => SqliteSuffixes.Select(suffix => KeyValuePair.Create(database + suffix, FileKind.Regular))),
        .. new[]
        {
            HighWaterMark.FileName, HighWaterMark.FileName + NewSuffix, DiskSpace.ReserveFileName, BackupFolder.Mark, FolderMark.FileName,
            FolderMark.ClaimFileName, MovedMark.FileName, FolderLock.FileName, Keys, Keys + NewSuffix, KeysLock,
        }.Select(static name => KeyValuePair.Create(name, FileKind.Regular)),
        KeyValuePair.Create(DataFolder.PartsFolder, FileKind.Folder),
        KeyValuePair.Create(ControlSocket, FileKind.Socket),
    ]);

    /// <summary>Requires that a data folder belongs to the user of this process or to root, and that no other user has placed anything
    /// under a name that the server uses. A missing folder meets this.</summary>
    /// <exception cref="IOException">It does not. The message says why and what to do.</exception>
    public static void RequireOwn(string folder) => RequireOwn(folder, FileStatus.Look, FileStatus.ProcessUser);

    /// <summary>Requires that there are no links, pipes and the like under the names that the server uses. For a folder that is only
    /// read, or that root changes for the user of the server.</summary>
    /// <exception cref="IOException">There are. The message names one.</exception>
    public static void RequireKinds(string folder) => RequireKinds(folder, FileStatus.Look);

    internal static void RequireOwn(string folder, Func<string, FoundFile?> look, uint user)
    {
        // The path to the folder is the operator's, so it may contain links.
        if (look(Path.Combine(folder, ".")) is not { } found)
        {
            return;
        }

        RequireUser(folder, found);
        foreach (var entry in RequireKinds(folder, look))
        {
            RequireUser(entry.Key, entry.Value);
        }

        void RequireUser(string path, FoundFile file)
        {
            if (file.User != user && file.User != 0)
            {
                throw new IOException(
                    $"{path} belongs to the user {file.User}, but this program runs as the user {user}. Run it as the owner of the data "
                    + $"folder, or use a data folder that belongs to the user {user}.");
            }
        }
    }

    private static List<KeyValuePair<string, FoundFile>> RequireKinds(string folder, Func<string, FoundFile?> look)
    {
        var entries = new List<KeyValuePair<string, FoundFile>>();
        foreach (var (name, kind) in All)
        {
            Add(Path.Combine(folder, name), kind);
        }

        // The names in the folder of the bytes are fixed, too. Those below are random.
        var parts = Path.Combine(folder, DataFolder.PartsFolder);
        if (look(parts) is not null)
        {
            foreach (var path in Directory.EnumerateFileSystemEntries(parts))
            {
                Add(path, kind: null);
            }
        }

        return entries;

        void Add(string path, FileKind? kind)
        {
            if (look(path) is not { } found)
            {
                return;
            }

            if (kind is null ? found.Kind is not (FileKind.Regular or FileKind.Folder) : found.Kind != kind)
            {
                throw new IOException(
                    $"{path} is a {Describe(found.Kind)}, and not a {Describe(kind ?? FileKind.Folder)}. A data folder must not contain it: "
                    + "someone else may have placed it there. Look at it, and remove it or use another folder.");
            }

            entries.Add(KeyValuePair.Create(path, found));
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
