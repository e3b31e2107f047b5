using OrleansUploads.Engine.Disk;

namespace OrleansUploads.Engine.DataFolders;

/// <summary>Copies the bytes of a data folder into the folder of a backup. A file that an earlier backup has with the same length and time
/// becomes another name of that one, because files with bytes never change.</summary>
/// <param name="folder">The data folder. A lease must keep its server from deleting bytes.</param>
/// <param name="backup">The folder of the backup.</param>
/// <param name="earlier">The folder of an earlier backup, or null.</param>
/// <param name="onCopied">Called after each file.</param>
public sealed class BackupParts(string folder, string backup, string? earlier, Func<CancellationToken, Task> onCopied)
{
    /// <summary>The number of files in the backup.</summary>
    public long Files { get; private set; }

    /// <summary>The length of all these files.</summary>
    public long Bytes { get; private set; }

    /// <summary>How many of these bytes were copied now. The earlier backup has the others.</summary>
    public long CopiedBytes { get; private set; }

    /// <summary>Copies and flushes all files. Files that the server creates at the same time are copied or not.</summary>
    /// <exception cref="IOException">A file cannot be copied, or is a link.</exception>
    public Task CopyAsync(CancellationToken cancellationToken) => Directory.Exists(Path.Combine(folder, DataFolder.PartsFolder))
        ? CopyFolderAsync(DataFolder.PartsFolder, cancellationToken)
        : Task.CompletedTask;

    private async Task CopyFolderAsync(string relative, CancellationToken cancellationToken)
    {
        var target = Path.Combine(backup, relative);
        OwnerOnly.MakeDirectory(target);
        foreach (var entry in EntriesOf(Path.Combine(folder, relative)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var path = Path.Combine(relative, entry.Name);
            switch (entry)
            {
                case { LinkTarget: not null }:
                    throw new IOException($"{entry.FullName} is a link. A data folder has none: replace it with the file or folder to which it leads.");
                case DirectoryInfo:
                    await CopyFolderAsync(path, cancellationToken);
                    break;
                case FileInfo file:
                    CopyFile(file, path);
                    await onCopied(cancellationToken);
                    break;
            }
        }

        SystemFlush.Instance.RequireDirectory(target);
    }

    private void CopyFile(FileInfo file, string relative)
    {
        var target = Path.Combine(backup, relative);
        try
        {
            var bytes = file.Length;
            if (!TryLink(file, relative, target))
            {
                file.CopyTo(target);
                SystemFlush.Instance.RequireFile(target);
                CopiedBytes += bytes;
            }

            Files++;
            Bytes += bytes;
        }
        catch (FileNotFoundException)
        {
            // It was never acknowledged: the journal was copied before, and what it refers to is not deleted.
        }
    }

    private bool TryLink(FileInfo file, string relative, string target) =>
        earlier is not null
        && new FileInfo(Path.Combine(earlier, relative)) is { Exists: true, LinkTarget: null } before
        && before.Length == file.Length
        && before.LastWriteTimeUtc == file.LastWriteTimeUtc
        && ExclusiveRename.TryLink(before.FullName, target);

    /// <summary>Reads the whole folder at once, which may change while its files are copied.</summary>
    private static FileSystemInfo[] EntriesOf(string path)
    {
        try
        {
            return new DirectoryInfo(path).GetFileSystemInfos();
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }
}
