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
            FolderMark.ClaimFileName, FolderClaims.FileName, MovedMark.FileName, FolderLock.FileName, Keys, Keys + NewSuffix, KeysLock,
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

    internal static void RequireOwn(string folder, Func<string, FoundFile?> look, uint user) =>
        FoundEntries.RequireUser(folder, look, user, RequireKinds(folder, look));

    private static List<KeyValuePair<string, FoundFile>> RequireKinds(string folder, Func<string, FoundFile?> look)
    {
        var entries = new List<KeyValuePair<string, FoundFile>>();
        foreach (var (name, kind) in All)
        {
            var path = Path.Combine(folder, name);
            if (look(path) is { } found)
            {
                FoundEntries.RequireKind(path, found, kind);
                entries.Add(KeyValuePair.Create(path, found));
            }
        }

        return [.. entries, .. FoundEntries.RequireKindsOfParts(Path.Combine(folder, DataFolder.PartsFolder), look)];
    }
}
