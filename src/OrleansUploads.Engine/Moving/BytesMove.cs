using System.Collections.Concurrent;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Ownership;
using OrleansUploads.Engine.Sqlite;

namespace OrleansUploads.Engine.Moving;

/// <summary>Reads the history of an entity of a cluster.</summary>
public delegate ValueTask<JournalHistory> HistoryReader(EntityId entity, CancellationToken cancellationToken);

/// <summary>Moves the bytes of a cluster from its shared folder into another store. The decisions stay.</summary>
/// <remarks>Silos may use the folder meanwhile. Each <see cref="CopyAsync"/> copies what has changed since the last one. What an upload
/// stops to need stays in the new store, where the collector deletes it. Everything can be interrupted and repeated.</remarks>
public sealed class BytesMove : IDisposable
{
    private const int PageUploads = 500;

    // Each further round requires that the upload has changed and that something else is missing.
    private const int MaxRounds = 100;

    private readonly string _folder;
    private readonly DiskPartStore _from;
    private readonly HistoryReader _read;
    private readonly BytesProgress _progress;
    private readonly UploadCopy _bytes;
    private readonly Action<MoveTally> _onProgress;
    private readonly EntityCatalog _kinds = new(new EngineOptions());

    private BytesMove(
        string folder, DiskPartStore from, IPartStore to, HistoryReader read, BytesProgress progress, Action<MoveTally> onProgress)
    {
        _folder = folder;
        _from = from;
        _read = read;
        _progress = progress;
        _onProgress = onProgress;
        _bytes = new UploadCopy(from, to);
    }

    /// <summary>Identifies the move, from its beginning to its end.</summary>
    public string Id => _progress.Id;

    /// <summary>Opens the shared folder of a cluster.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="to">The new store.</param>
    /// <param name="read">Reads the decisions of the cluster.</param>
    /// <param name="onProgress">Called after each page of uploads, or null.</param>
    /// <exception cref="IOException">The folder cannot be used, or another process moves it.</exception>
    public static BytesMove Open(string folder, IPartStore to, HistoryReader read, Action<MoveTally>? onProgress = null)
    {
        var from = DiskPartStore.OpenForReading(folder);
        try
        {
            return new BytesMove(folder, from, to, read, new BytesProgress(folder), onProgress ?? (static _ => { }));
        }
        catch
        {
            from.Dispose();
            throw;
        }
    }

    /// <summary>Copies the bytes of all uploads that have changed since the last call, reads them back and compares them.</summary>
    /// <returns>What was copied, and the damage found.</returns>
    public async Task<MoveTally> CopyAsync(CancellationToken cancellationToken)
    {
        var tally = new MoveTally();
        await foreach (var page in _from.ListUploadsAsync(cancellationToken).Chunk(PageUploads).WithCancellation(cancellationToken))
        {
            var moved = page.Distinct().ToDictionary(static upload => upload, _progress.Find);
            _progress.Begin(moved.Where(static upload => upload.Value is null).Select(static upload => upload.Key));
            var ended = new ConcurrentBag<(UploadId, long)>();
            await Parallel.ForEachAsync(moved, UploadCopy.Options(cancellationToken), async (upload, token) =>
            {
                if (await MoveAsync(upload.Key, upload.Value, tally, token) is { } version)
                {
                    ended.Add((upload.Key, version));
                }
            });
            _progress.End(ended);
            _onProgress(tally);
        }

        return tally;
    }

    /// <summary>Ends the use of the folder. No process starts with it any more, and those that still use it store and delete nothing in it.</summary>
    /// <param name="place">Where the bytes are now.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <exception cref="FlushFailedException">The change may be lost in a power cut. Repeat the call.</exception>
    public async ValueTask LeaveAsync(string place, CancellationToken cancellationToken)
    {
        await StoreOwnership.LeaveAsync(_from, place, cancellationToken);
        MovedMark.Make(_folder, place);
        FolderMark.Remove(_folder);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _bytes.Dispose();
        _progress.Dispose();
        _from.Dispose();
    }

    /// <summary>Moves the bytes of an upload.</summary>
    /// <param name="id">The upload.</param>
    /// <param name="moved">The version that was moved before, 0 if a copy has only begun, or null if none has.</param>
    /// <param name="tally">Counts what is moved.</param>
    /// <param name="cancellationToken">Stops the move.</param>
    /// <returns>The version that is moved now. Null if it was moved before, if the upload is unknown, or if it is damaged.</returns>
    private async ValueTask<long?> MoveAsync(UploadId id, long? moved, MoveTally tally, CancellationToken cancellationToken)
    {
        for (var round = 1; ; round++)
        {
            long version = 0;
            try
            {
                var history = await _read(id.Entity, cancellationToken);
                version = history.Version;
                if (version == 0 || version == moved)
                {
                    return null;
                }

                var upload = (UploadState)_kinds.Rebuild(id.Entity, history);
                await _bytes.CopyAsync(id, upload, mayExist: moved is not null || round > 1, tally, cancellationToken);
                if (await _bytes.FindFaultAsync(id, upload, tally: null, cancellationToken) is { } fault)
                {
                    tally.Add(fault);
                    return null;
                }

                Interlocked.Increment(ref tally.Entities);
                return version;
            }
            catch (AttemptDamagedException damaged)
            {
                // A silo may have changed the upload meanwhile, and deleted bytes that it needs no more.
                if (round == MaxRounds || (await _read(id.Entity, cancellationToken)).Version == version)
                {
                    tally.Add(damaged.Message);
                    return null;
                }
            }
            catch (JournalDamagedException damaged)
            {
                tally.Add(damaged.Message);
                return null;
            }
        }
    }
}

/// <summary>The uploads of a cluster whose bytes are in the new store already.</summary>
internal sealed class BytesProgress : ProgressFile
{
    private readonly SqliteStatement _find;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _end;

    /// <summary>Opens the progress of the move of a folder, or begins one.</summary>
    /// <exception cref="IOException">The file cannot be used, or another process uses it.</exception>
    public BytesProgress(string folder)
        : base(folder, "CREATE TABLE uploads(upload TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;")
    {
        _find = Prepare("SELECT version FROM uploads WHERE upload = ?1");
        _begin = Prepare("INSERT INTO uploads VALUES (?1, 0) ON CONFLICT (upload) DO NOTHING");
        _end = Prepare("UPDATE uploads SET version = ?2 WHERE upload = ?1");
    }

    /// <summary>The version of an upload whose bytes are in the new store and were compared; 0 if the copy has only begun; null if it has
    /// not.</summary>
    public long? Find(UploadId upload) => Run(
        () => _find.Bind(1, upload.ToString()).ReadAll(static row => (long?)row.Int64(0)).SingleOrDefault());

    /// <summary>Records that the bytes of uploads are about to be copied.</summary>
    public void Begin(IEnumerable<UploadId> uploads) => Write(uploads, upload => _begin.Bind(1, upload.ToString()).Run());

    /// <summary>Records that all bytes that an upload needs at a version are in the new store and were compared.</summary>
    public void End(IEnumerable<(UploadId Upload, long Version)> uploads) =>
        Write(uploads, upload => _end.Bind(1, upload.Upload.ToString()).Bind(2, upload.Version).Run());
}
