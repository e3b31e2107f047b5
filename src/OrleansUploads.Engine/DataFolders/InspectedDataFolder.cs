using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Sqlite;

namespace OrleansUploads.Engine.DataFolders;

/// <summary>A data folder that is only read. A server may be using it at the same time.</summary>
public sealed class InspectedDataFolder : IDisposable
{
    private readonly Hold _hold;
    private readonly DiskPartStore? _disk;

    private InspectedDataFolder(Hold hold, JournalInspection journal, DiskPartStore? disk, IPartStore parts)
    {
        _hold = hold;
        Journal = journal;
        _disk = disk;
        Parts = parts;
    }

    /// <summary>Whether a server is using the folder. If not, none can use it until this object is disposed.</summary>
    public bool IsOnline => _hold.IsOnline;

    public IPartStore Parts { get; }

    internal JournalInspection Journal { get; }

    /// <summary>The lock, if there is one; whether a server uses the folder; whether this process cannot create files in
    /// it.</summary>
    private readonly record struct Hold(FolderLock? Lock, bool IsOnline, bool IsReadOnly);

    /// <summary>Opens a data folder for reading.</summary>
    /// <param name="parts">Keeps the bytes if they are not in the folder; otherwise null.</param>
    /// <exception cref="JournalDamagedException">The journal is missing, or is not readable as a database.</exception>
    /// <exception cref="JournalUnavailableException">The journal could not be opened.</exception>
    /// <exception cref="NotSupportedException">The journal was created by a newer version or by another program.</exception>
    /// <exception cref="IOException">The folder is not a data folder, is an unfinished backup, or cannot be used.</exception>
    public static InspectedDataFolder Open(string path, IPartStore? parts = null)
    {
        FixedNames.RequireKinds(path);
        BackupFolder.RequireFinished(path);
        RequireDataFolder(path);
        if (parts is null && FolderMark.Find(path) is not null)
        {
            throw new IOException($"The bytes of {path} are in an object store. Name it with --parts.");
        }

        var hold = TakeHold(path);
        JournalInspection? journal = null;
        try
        {
            journal = JournalInspection.Open(path, isFrozen: hold is { IsReadOnly: true, IsOnline: false });
            var disk = parts is null ? DiskPartStore.OpenForReading(Path.Combine(path, DataFolder.PartsFolder)) : null;
            return new InspectedDataFolder(hold, journal, disk, parts ?? disk!);
        }
        catch
        {
            journal?.Dispose();
            hold.Lock?.Dispose();
            throw;
        }
    }

    /// <summary>Requires that a store keeps the bytes of a data folder. With another one, all bytes would seem to be lost.</summary>
    /// <exception cref="IOException">It keeps others; the message names the marks of both.</exception>
    public static async ValueTask RequireMarkAsync(string path, IStoreMark parts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(parts);
        RequireDataFolder(path);
        if (FolderMark.Find(path) is not { } own)
        {
            throw new IOException($"{path} has no mark '{FolderMark.FileName}', so its bytes are not in {parts.Place}. Omit --parts.");
        }

        if (await StoreMarks.FindDifferenceAsync(parts, own, cancellationToken) is { } difference)
        {
            throw new IOException(
                $"{parts.Place} does not keep the bytes of {path}: {difference} of '{FolderMark.FileName}' in the folder. Correct --parts or "
                + "--data.");
        }
    }

    public void Dispose()
    {
        Journal.Dispose();
        _disk?.Dispose();
        _hold.Lock?.Dispose();
    }

    private static void RequireDataFolder(string path)
    {
        if (!DataFolder.Exists(path))
        {
            throw new IOException(
                $"{path} is not a data folder: it has neither {JournalSchema.FileName} nor {DataFolder.PartsFolder}/.");
        }
    }

    private static Hold TakeHold(string path)
    {
        try
        {
            return new Hold(FolderLock.Take(path), IsOnline: false, IsReadOnly: false);
        }
        catch (FolderInUseException)
        {
            return new Hold(null, IsOnline: true, IsReadOnly: false);
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException || (fault is IOException io && DiskErrors.IsReadOnly(io)))
        {
            return TakeReadOnlyHold(path);
        }
    }

    private static Hold TakeReadOnlyHold(string path)
    {
        try
        {
            return new Hold(FolderLock.TakeReadOnly(path), IsOnline: false, IsReadOnly: true);
        }
        catch (FolderInUseException)
        {
            return new Hold(null, IsOnline: true, IsReadOnly: true);
        }
    }
}
