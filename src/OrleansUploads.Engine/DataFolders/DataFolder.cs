using System.Security.Cryptography;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Ownership;
using OrleansUploads.Engine.Sqlite;

namespace OrleansUploads.Engine.DataFolders;

/// <summary>A journal and a part store in one folder: <c>journal.db</c> beside <c>parts/</c>. Only one process at a time may use the
/// folder.</summary>
public sealed class DataFolder : IAsyncDisposable
{
    public const string PartsFolder = "parts";

    private readonly string _path;
    private readonly IDiskFlush _flush;
    private readonly FolderLock _lock;
    private readonly SqliteJournal _journal;
    private readonly DiskPartStore? _disk;
    private readonly TimeProvider _time;
    private readonly Action<string?>? _onSpaceChange;
    private readonly ITimer _spaceTimer;
    private string? _spaceSummary;
    private bool _isLookingAtSpace;
    private OwnedPartStore? _owned;

    private DataFolder(
        string path, FolderLock folderLock, SqliteJournal journal, DiskPartStore? disk, DiskSpace space,
        DataFolderOptions options, TimeProvider time)
    {
        _path = path;
        _flush = options.Flush;
        _lock = folderLock;
        _journal = journal;
        _disk = disk;
        Space = space;
        _time = time;
        Ports = new EnginePorts(journal, journal, disk ?? Own(options.Parts!)) { CheckIndex = token => journal.CheckNamesAsync(time, token) };
        Health =
        [
            .. disk is null ? (ReadOnlySpan<IStoreHealth>)[] : [new DiskHealth("part-store-disk", () => disk.Failure)],
            .. disk is not null && !options.PartsMayBeElsewhere
                ? (ReadOnlySpan<IStoreHealth>)[] : [new DiskHealth("parts", () => _owned?.Failure)],
            new DiskHealth("journal-disk", () => journal.Failure),
            space,
        ];
        _onSpaceChange = options.OnSpaceChange;
        _spaceTimer = time.CreateTimer(
            static folder => ((DataFolder)folder!).LookAtSpace(), this, TimeSpan.Zero, DiskSpace.RestoreInterval);
    }

    public EnginePorts Ports { get; }

    public DiskSpace Space { get; }

    /// <summary>The health of the journal, the part store and their disk.</summary>
    public IReadOnlyList<IStoreHealth> Health { get; }

    /// <summary>The entities that are not served, because one of their recent records is damaged. Report them to the operator.</summary>
    public IReadOnlyList<EntityId> DamagedEntities => _journal.DamagedAtOpen;

    /// <summary>Whether the folder is a backup that is used for the first time. The lease in its journal belongs to the
    /// copied folder and must be ended before the backup may delete bytes.</summary>
    public bool IsRestored => BackupFolder.IsRestored(_path);

    public void EndRestore() => BackupFolder.EndRestore(_path, _flush);

    /// <summary>Whether a folder is a data folder, even if a part of it is missing.</summary>
    public static bool Exists(string path) =>
        File.Exists(Path.Combine(path, JournalSchema.FileName))
        || File.Exists(Path.Combine(path, HighWaterMark.FileName))
        || Directory.Exists(Path.Combine(path, PartsFolder));

    /// <summary>Opens a data folder, and creates it if it is missing.</summary>
    /// <param name="time">The clock, or null for the machine's.</param>
    /// <exception cref="FolderInUseException">Another process is using the folder.</exception>
    /// <exception cref="JournalDamagedException">The journal differs from what was written; the message says what to do.</exception>
    /// <exception cref="JournalUnavailableException">The journal could not be opened.</exception>
    /// <exception cref="IOException">The folder cannot be used.</exception>
    public static DataFolder Open(string path, DataFolderOptions? options = null, TimeProvider? time = null)
    {
        options ??= new DataFolderOptions();
        DurableFolder.Make(path, options.Flush);

        // Before the folder is changed, and again when other users can no longer place anything there.
        FixedNames.RequireOwn(path);
        OwnerOnly.Restrict(path);
        FixedNames.RequireOwn(path);
        var folderLock = FolderLock.Take(path);
        SqliteJournal? journal = null;
        DiskPartStore? disk = null;
        try
        {
            BackupFolder.RequireFinished(path);
            MovedMark.RequireNone(path);
            RequireJournalOfParts(path);
            RequirePlaceOfParts(path, options.Parts is not null || (options.PartsMayBeElsewhere && FolderMark.Find(path) is not null));

            // On a full disk, the journal needs room to be opened at all.
            var space = new DiskSpace(path, options.FloorBytes, time);
            space.MakeRoomForDeletion();
            journal = SqliteJournal.Open(path, options.Journal with
            {
                Flush = options.Flush,
                OnFailure = options.OnDiskFailure,
                LogBytes = Math.Min(options.Journal.LogBytes, space.FloorBytes / 2),
                OnFull = space.ReleaseSlice,
            });
            disk = options.Parts is not null ? null : DiskPartStore.Open(Path.Combine(path, PartsFolder), new DiskPartStoreOptions
            {
                Flush = options.Flush,
                OnFailure = options.OnDiskFailure,
                DirectIo = options.DirectIo,
                OnDirectIoRefused = options.OnDirectIoRefused,
                RequireSpace = space.Require,
            });
            return new DataFolder(path, folderLock, journal, disk, space, options, time ?? TimeProvider.System);
        }
        catch
        {
            disk?.Dispose();
            journal?.DisposeAsync().AsTask().GetAwaiter().GetResult();
            folderLock.Dispose();
            throw;
        }
    }

    /// <summary>Closes the stores and releases the folder. The engine that uses the stores must be disposed first.</summary>
    public async ValueTask DisposeAsync()
    {
        await _spaceTimer.DisposeAsync();
        await _journal.DisposeAsync();
        _disk?.Dispose();
        _lock.Dispose();
    }

    private void LookAtSpace()
    {
        if (Interlocked.Exchange(ref _isLookingAtSpace, true))
        {
            // Another look at a disk that does not answer would block another thread.
            TellSpace(StoreHealth.Unanswered("some seconds"));
            return;
        }

        try
        {
            Space.Restore();
            TellSpace(Space.Read());
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The next look tries again.
        }
        finally
        {
            Volatile.Write(ref _isLookingAtSpace, false);
        }
    }

    private void TellSpace(StoreHealth health)
    {
        if (Interlocked.Exchange(ref _spaceSummary, health.Summary) != health.Summary)
        {
            _onSpaceChange?.Invoke(health.Detail);
        }
    }

    /// <summary>Requires a journal beside the parts. Without one, all bytes would seem to have no owner and be collected.</summary>
    private static void RequireJournalOfParts(string path)
    {
        if (!File.Exists(Path.Combine(path, JournalSchema.FileName)) && HasParts(path))
        {
            throw new JournalDamagedException(
                $"{path} contains archives in {PartsFolder}/, but its journal {JournalSchema.FileName} is missing, so the owners of the "
                + "archives are unknown. Restore the journal from the same backup, or use an empty folder.");
        }
    }

    /// <summary>A mark in the folder says that its bytes are in a separate store.</summary>
    private static void RequirePlaceOfParts(string path, bool isElsewhere)
    {
        if (!isElsewhere && FolderMark.Find(path) is not null)
        {
            throw new IOException($"The bytes of {path} are in an object store. Name it with --parts.");
        }

        if (isElsewhere && HasParts(path))
        {
            throw new IOException($"{path} contains bytes in {PartsFolder}/, so its bytes cannot be in an object store. Use a new data folder.");
        }
    }

    private static bool HasParts(string path)
    {
        var parts = Path.Combine(path, PartsFolder);
        return Directory.Exists(parts) && Directory.EnumerateFiles(parts, "*", SearchOption.AllDirectories).Any();
    }

    /// <summary>Lets an engine use a store of the bytes that is not in the folder. Nothing is stored or deleted before
    /// <see cref="TakeStoreAsync"/>, and after another owner has taken the store.</summary>
    /// <exception cref="NotSupportedException">Others may reach the store, and it has no mark.</exception>
    public IPartStore Own(IPartStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (store == _disk || store is OwnedPartStore)
        {
            return store;
        }

        if (store is not IStoreMark marked)
        {
            return OwnedPartStore.RequirePrivate(store);
        }

        var ownership = new StoreOwnership(
            marked, new FolderClaims(_path, _flush), $"the data folder {_path} on {Environment.MachineName}", isShared: false, _time);
        return _owned = new OwnedPartStore(store, ownership);
    }

    /// <summary>Ties the folder to the store of its bytes, and takes the store for this process. Does nothing if the bytes are in the
    /// folder.</summary>
    /// <param name="takesOver">Whether to take the store from another owner, which has stopped.</param>
    /// <exception cref="IOException">The folder and the store do not belong together, or the store belongs to another folder.</exception>
    /// <exception cref="PartStoreUnavailableException">The store does not answer.</exception>
    public async ValueTask TakeStoreAsync(bool takesOver, CancellationToken cancellationToken)
    {
        RequirePlaceOfParts(_path, _owned is not null);
        if (_owned is not { Inner: IStoreMark parts } owned)
        {
            return;
        }

        try
        {
            await RequireMarkAsync(parts, token => owned.Ownership.TakeAsync(takesOver, token), cancellationToken);
            await owned.Ownership.TakeAsync(takesOver, cancellationToken);
        }
        catch (StoreMarkException fault)
        {
            throw new IOException(
                fault.Fault == StoreMarkFault.UnknownBytes
                    ? $"{fault.Place} contains bytes that are unknown to the journal in {_path}. The server would delete them, so it does not "
                        + "start. Use an empty prefix, or the data folder to which the bytes belong."
                    : $"{fault.Place} belongs to another data folder or cluster, and not to {_path}. Correct --parts or --data. If nothing else "
                        + $"uses this place and it is empty, delete the mark '{parts.MarkName}' in it.",
                fault);
        }
        catch (StoreOwnedException fault)
        {
            throw new IOException(
                fault.HasMoved ? $"{fault.Message}. Name that store with --parts."
                    : fault.IsContended ? $"{fault.Message}; start one of the two servers again."
                    : $"{fault.Message}, and {_path} is a copy or was not the last to use it; if the other server never runs again, run "
                        + $"'orleans-uploads take-over --data {_path}' with the same --parts.",
                fault);
        }
    }

    private ValueTask RequireMarkAsync(
        IStoreMark parts, Func<CancellationToken, ValueTask> take, CancellationToken cancellationToken) => StoreMarks.RequireMatchAsync(
        parts,
        _ => ValueTask.FromResult(FolderMark.Find(_path)),
        (claim, _) => ValueTask.FromResult(FolderMark.FindOrMakeClaim(_path, claim, _flush)),
        (mark, _) => ValueTask.FromResult(FolderMark.FindOrMake(_path, mark, _flush)),
        RandomNumberGenerator.GetBytes(StoreMarks.Bytes),
        take,
        cancellationToken);

    private sealed class DiskHealth(string name, Func<Exception?> failure) : IStoreHealth
    {
        public string Name => name;

        public StoreHealth Read() => failure() is { } cause
            ? new StoreHealth(StoreCondition.Unhealthy, cause.Message, cause)
            : StoreHealth.Healthy;
    }
}

public sealed record DataFolderOptions
{
    /// <summary>Parts that would leave less than this free on the disk are refused; null for
    /// <see cref="DiskSpace.DefaultFloorOf"/>.</summary>
    public long? FloorBytes { get; init; }

    /// <summary>Makes files and directories durable, both in the part store and beside the database.</summary>
    public IDiskFlush Flush { get; init; } = SystemFlush.Instance;

    /// <summary>Options of the journal. <see cref="Flush"/> and <see cref="OnDiskFailure"/> replace those in it.</summary>
    public SqliteJournalOptions Journal { get; init; } = new();

    /// <summary>Called once for the part store and once for the journal when the disk has failed and nothing more is written.
    /// </summary>
    public Action<Exception>? OnDiskFailure { get; init; }

    /// <summary>Keeps the bytes if they are not in the folder. The caller disposes it after the folder.</summary>
    public IPartStore? Parts { get; init; }

    /// <summary>Whether the caller may replace the store of the bytes later; see <see cref="DataFolder.Own"/>.</summary>
    public bool PartsMayBeElsewhere { get; init; }

    /// <summary>Whether large parts are written past the page cache.</summary>
    public DirectIo DirectIo { get; init; }

    public Action<string>? OnDirectIoRefused { get; init; }

    /// <summary>Called when the disk becomes almost full or full, does not answer, or has room again. The argument is what to tell the
    /// operator, or null if there is room.</summary>
    public Action<string?>? OnSpaceChange { get; init; }
}
