using System.Collections.Concurrent;
using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Sqlite;

namespace OrleansUploads.Engine.Moving;

/// <summary>Moves a data folder into a cluster: the histories of all entities, and the bytes that they need.</summary>
/// <remarks>A server may use the folder meanwhile. Each <see cref="CopyAsync"/> copies what has changed since the last one, so the last
/// one, after <see cref="Freeze"/>, is short. The bytes of an upload are copied before its history. Everything can be interrupted and
/// repeated.</remarks>
public sealed class FolderMove : IDisposable
{
    /// <summary>The file beside the journal that knows how far the move is.</summary>
    public const string ProgressFileName = ProgressFile.FileName;

    private const int PageStreams = 500;

    // Each further round requires that the upload has changed and that something else is missing.
    private const int MaxRounds = 100;

    private readonly string _path;
    private readonly InspectedDataFolder _folder;
    private readonly MoveProgress _progress;
    private readonly EntityCatalog _kinds = new(new EngineOptions());
    private readonly IMoveTarget _target;
    private readonly UploadCopy _bytes;
    private readonly bool _bytesStay;
    private readonly Lock _journal = new();
    private MoveTally _tally = new();

    private FolderMove(string path, InspectedDataFolder folder, MoveProgress progress, IPartStore parts, IMoveTarget target)
    {
        _path = path;
        _folder = folder;
        _progress = progress;
        _target = target;
        _bytes = new UploadCopy(folder.Parts, parts);
        _bytesStay = ReferenceEquals(folder.Parts, parts);
    }

    /// <summary>Identifies the move, from its beginning to its end.</summary>
    public string Id => _progress.Id;

    /// <summary>Whether a server is using the folder. If not, none can use it until this object is disposed.</summary>
    public bool IsOnline => _folder.IsOnline;

    /// <summary>Called after each page of entities.</summary>
    public Action<MoveTally> OnProgress { get; init; } = static _ => { };

    /// <summary>Opens a data folder that is to move.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="parts">Keeps the bytes of the cluster.</param>
    /// <param name="target">Keeps the decisions of the cluster.</param>
    /// <param name="onProgress">Called after each page of entities, or null.</param>
    /// <param name="bytesStay">Whether the bytes of the folder are in <paramref name="parts"/> already.</param>
    /// <exception cref="JournalDamagedException">The journal is missing, or is not readable as a database.</exception>
    /// <exception cref="JournalUnavailableException">The journal could not be opened.</exception>
    /// <exception cref="NotSupportedException">The journal was created by a newer version or by another program.</exception>
    /// <exception cref="IOException">The folder is not a data folder, is an unfinished backup, or cannot be used.</exception>
    public static FolderMove Open(
        string path, IPartStore parts, IMoveTarget target, bool bytesStay, Action<MoveTally>? onProgress = null)
    {
        var folder = InspectedDataFolder.Open(path, bytesStay ? parts : null);
        try
        {
            return new FolderMove(path, folder, new MoveProgress(path), parts, target)
            {
                OnProgress = onProgress ?? (static _ => { }),
            };
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Copies what has changed since the last call, and removes what has ended.</summary>
    /// <returns>What was copied, and the damage found.</returns>
    public async Task<MoveTally> CopyAsync(CancellationToken cancellationToken)
    {
        _tally = new MoveTally();
        long after = 0;
        while (List(after) is { Count: > 0 } page)
        {
            var last = page[^1].Place;
            var known = _progress.ListBetween(after, last).ToDictionary(static stream => stream.Place);
            var places = page.Select(static stream => stream.Place).ToHashSet();
            await RemoveAsync([.. known.Values.Where(stream => !places.Contains(stream.Place))], cancellationToken);
            await CopyPageAsync(
                [.. page.Where(stream => known.GetValueOrDefault(stream.Place).Version != stream.Version)], known, cancellationToken);
            after = last;
            OnProgress(_tally);
        }

        while (_progress.List(after, PageStreams) is { Count: > 0 } ended)
        {
            await RemoveAsync(ended, cancellationToken);
        }

        return _tally;
    }

    /// <summary>Reads back what was copied since the last call and compares it, every byte.</summary>
    /// <returns>What was compared, and the damage found. What differs is copied again by the next <see cref="CopyAsync"/>.</returns>
    public async Task<MoveTally> VerifyAsync(CancellationToken cancellationToken)
    {
        _tally = new MoveTally();
        long after = 0;
        while (_progress.List(after, PageStreams) is { Count: > 0 } page)
        {
            var (sound, wrong) = (new ConcurrentBag<(long, long)>(), new ConcurrentBag<StreamVersion>());
            await Parallel.ForEachAsync(
                page.Where(static stream => stream.Version != stream.Verified),
                UploadCopy.Options(cancellationToken),
                async (stream, token) =>
                {
                    if (await CompareAsync(stream, token))
                    {
                        sound.Add((stream.Place, stream.Version));
                    }
                    else
                    {
                        wrong.Add(new StreamVersion(stream.Place, stream.Entity, stream.Version));
                    }
                });
            _progress.Verified(sound);
            _progress.Begin(wrong);
            after = page[^1].Place;
            OnProgress(_tally);
        }

        return _tally;
    }

    /// <summary>Ends all writes to the journal of the folder. A running server can still read it.</summary>
    /// <param name="cluster">The name of the cluster.</param>
    /// <exception cref="JournalUnavailableException">The journal was busy for too long. Repeat the call.</exception>
    public void Freeze(string cluster)
    {
        MovedMark.Make(_path, cluster);
        OpenJournal.AwaitWrite(_path);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _bytes.Dispose();
        _progress.Dispose();
        _folder.Dispose();
    }

    private EntityImage ImageOf(EntityId entity, object state, JournalHistory history) =>
        new(history.Version, _kinds.Compact(entity, state), history.WakeAt);

    private IReadOnlyList<StreamVersion> List(long after)
    {
        lock (_journal)
        {
            return _folder.Journal.ListVersions(after, PageStreams);
        }
    }

    private JournalHistory Read(EntityId entity)
    {
        lock (_journal)
        {
            return _folder.Journal.Read(entity);
        }
    }

    private async Task RemoveAsync(IReadOnlyList<MovedStream> ended, CancellationToken cancellationToken)
    {
        if (ended.Count == 0)
        {
            return;
        }

        await Parallel.ForEachAsync(
            ended, UploadCopy.Options(cancellationToken), (stream, token) => _target.RemoveAsync(stream.Entity, token));
        _progress.Removed(ended);
        Interlocked.Add(ref _tally.Removed, ended.Count);
    }

    private async Task CopyPageAsync(
        IReadOnlyList<StreamVersion> changed, Dictionary<long, MovedStream> known, CancellationToken cancellationToken)
    {
        if (changed.Count == 0)
        {
            return;
        }

        _progress.Begin(changed);
        var copied = new ConcurrentBag<(long Place, long Version)>();
        await Parallel.ForEachAsync(changed, UploadCopy.Options(cancellationToken), async (stream, token) =>
        {
            if (await CopyEntityAsync(stream.Entity, known.ContainsKey(stream.Place), token) is { } version)
            {
                copied.Add((stream.Place, version));
            }
        });
        _progress.Copied(copied);
    }

    /// <summary>Copies an entity.</summary>
    /// <returns>The version that was copied, or null if the entity has ended or is damaged.</returns>
    private async ValueTask<long?> CopyEntityAsync(EntityId entity, bool mayExist, CancellationToken cancellationToken)
    {
        for (var round = 1; ; round++)
        {
            var history = Read(entity);
            if (history.Version == 0)
            {
                // The next call removes it.
                return null;
            }

            try
            {
                var state = _kinds.Rebuild(entity, history);
                if (state is UploadState upload && UploadId.TryParse(entity.Key, out var id) && !_bytesStay)
                {
                    await _bytes.CopyAsync(id, upload, mayExist, _tally, cancellationToken);
                }

                await _target.ImportAsync(entity, ImageOf(entity, state, history), cancellationToken);
                Interlocked.Increment(ref _tally.Entities);
                return history.Version;
            }
            catch (AttemptDamagedException) when (round < MaxRounds && Read(entity).Version != history.Version)
            {
                // The upload has changed meanwhile, and may not need the bytes any more.
                mayExist = true;
            }
            catch (Exception damaged) when (damaged is AttemptDamagedException or JournalDamagedException)
            {
                _tally.Add(damaged.Message);
                return null;
            }
        }
    }

    /// <summary>Compares an entity with its image in the cluster, and reads its bytes there.</summary>
    /// <returns>False if they differ. True, too, if the entity has changed since it was copied.</returns>
    private async ValueTask<bool> CompareAsync(MovedStream stream, CancellationToken cancellationToken)
    {
        var history = Read(stream.Entity);
        if (history.Version != stream.Version)
        {
            return true;
        }

        var state = _kinds.Rebuild(stream.Entity, history);
        var image = ImageOf(stream.Entity, state, history);
        var fault = !image.Equals(await _target.ReadAsync(stream.Entity, cancellationToken))
            ? $"{stream.Entity} differs in the cluster."
            : state is UploadState upload && UploadId.TryParse(stream.Entity.Key, out var id)
                ? await _bytes.FindFaultAsync(id, upload, _tally, cancellationToken)
                : null;
        if (fault is not null)
        {
            _tally.Add(fault);
            return false;
        }

        Interlocked.Increment(ref _tally.Entities);
        return true;
    }
}

/// <summary>The decisions of the cluster into which a data folder moves. No silo of the cluster is running.</summary>
/// <remarks>All members may be called concurrently for different entities, and repeated: after a crash the last calls are made again.
/// A call that fails leaves the old or the new image, and is repeated before the cluster starts.</remarks>
public interface IMoveTarget
{
    /// <summary>Stores an entity in place of an earlier image of it, with its wake-up. Durable when the task has completed.</summary>
    ValueTask ImportAsync(EntityId entity, EntityImage image, CancellationToken cancellationToken);

    /// <summary>Returns the stored image of an entity, or null if it has none.</summary>
    ValueTask<EntityImage?> ReadAsync(EntityId entity, CancellationToken cancellationToken);

    /// <summary>Removes an entity and its wake-up. A missing entity is not an error.</summary>
    ValueTask RemoveAsync(EntityId entity, CancellationToken cancellationToken);
}

/// <summary>The whole history of an entity as one snapshot.</summary>
/// <param name="Version">The number of records that the snapshot replaces; at least 1.</param>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="WakeAt">When the entity wants to be woken, or null.</param>
public sealed record EntityImage(long Version, ReadOnlyMemory<byte> Snapshot, DateTimeOffset? WakeAt)
{
    /// <summary>Whether two images are equal, byte for byte.</summary>
    public bool Equals(EntityImage? other) =>
        other is not null && Version == other.Version && WakeAt == other.WakeAt && Snapshot.Span.SequenceEqual(other.Snapshot.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Version, Snapshot.Length, WakeAt);
}
