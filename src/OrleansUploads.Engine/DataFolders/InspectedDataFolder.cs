using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Engine.Sqlite;

namespace OrleansUploads.Engine.DataFolders;

/// <summary>A data folder that is only read. A server may be using it at the same time.</summary>
public sealed class InspectedDataFolder : IDisposable
{
    private readonly FolderLock? _lock;
    private readonly DiskPartStore _parts;

    private InspectedDataFolder(FolderLock? folderLock, JournalInspection journal, DiskPartStore parts)
    {
        _lock = folderLock;
        Journal = journal;
        _parts = parts;
    }

    /// <summary>Whether a server is using the folder. If not, none can use it until this object is disposed.</summary>
    public bool IsOnline => _lock is null;

    /// <summary>The stored bytes.</summary>
    public IPartStore Parts => _parts;

    /// <summary>The journal.</summary>
    internal JournalInspection Journal { get; }

    /// <summary>Opens a data folder for reading.</summary>
    /// <exception cref="JournalDamagedException">The journal is missing, or is not readable as a database.</exception>
    /// <exception cref="JournalUnavailableException">The journal could not be opened.</exception>
    /// <exception cref="NotSupportedException">The journal was created by a newer version or by another program.</exception>
    /// <exception cref="IOException">The folder is not a data folder, or cannot be used.</exception>
    public static InspectedDataFolder Open(string path)
    {
        RequireDataFolder(path);
        var folderLock = TryLock(path);
        JournalInspection? journal = null;
        try
        {
            journal = JournalInspection.Open(path);
            var parts = DiskPartStore.OpenForReading(Path.Combine(path, DataFolder.PartsFolder));
            return new InspectedDataFolder(folderLock, journal, parts);
        }
        catch
        {
            journal?.Dispose();
            folderLock?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Journal.Dispose();
        _parts.Dispose();
        _lock?.Dispose();
    }

    private static void RequireDataFolder(string path)
    {
        if (!DataFolder.Exists(path))
        {
            throw new IOException(
                $"{path} is not a data folder: it has neither {JournalSchema.FileName} nor {DataFolder.PartsFolder}/.");
        }
    }

    private static FolderLock? TryLock(string path)
    {
        try
        {
            return FolderLock.Take(path);
        }
        catch (FolderInUseException)
        {
            return null;
        }
    }
}
