using OrleansUploads.Engine.Checking;
using OrleansUploads.Engine.Contracts;
using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Sqlite;

namespace OrleansUploads.Engine.Moving;

/// <summary>Takes the decisions of a data folder into a cluster: the histories of all entities. Their bytes are in the
/// cluster's store already. No server uses the folder, and none can start on it until this object is disposed.</summary>
/// <remarks>Everything can be interrupted and repeated, because a marked folder no longer changes.</remarks>
public sealed class FolderImport : IDisposable
{
    private const int PageStreams = 500;
    private const int AtOnce = 16;

    private readonly string _path;
    private readonly InspectedDataFolder _folder;
    private readonly IDecisionTarget _target;
    private readonly Lock _journal = new();
    private readonly SemaphoreSlim _reads = new(AtOnce);
    private readonly EntityCatalog _kinds = new(new EngineOptions());

    private FolderImport(string path, InspectedDataFolder folder, IDecisionTarget target)
    {
        _path = path;
        _folder = folder;
        _target = target;
    }

    /// <summary>Treats one entity. Returns the fault found, or null.</summary>
    private delegate ValueTask<string?> Step(
        EntityId entity, object state, JournalHistory history, CancellationToken cancellationToken);

    /// <summary>What the current step has done so far.</summary>
    public MoveTally Tally { get; private set; } = new();

    /// <summary>Identifies the import while the folder is marked; null before.</summary>
    public string? Id => MovedMark.Find(_path)?.Id;

    /// <summary>Opens a data folder.</summary>
    /// <exception cref="JournalDamagedException">The journal is missing, or is not readable as a database.</exception>
    /// <exception cref="JournalUnavailableException">The journal could not be opened.</exception>
    /// <exception cref="NotSupportedException">The journal was created by a newer version or by another program.</exception>
    /// <exception cref="IOException">The folder is not a data folder, is an unfinished backup, is in use, or cannot be used.</exception>
    public static FolderImport Open(string path, IPartStore parts, IDecisionTarget target)
    {
        var folder = InspectedDataFolder.Open(path, parts);
        if (!folder.IsOnline)
        {
            return new FolderImport(path, folder, target);
        }

        folder.Dispose();
        throw new IOException($"A server is using {path}. Stop it first, copy its last parts, and import the folder then.");
    }

    /// <summary>Compares what the uploads need with what is in the store of the cluster: the presence, lengths and hashes of
    /// all parts, and the manifests.</summary>
    /// <param name="deep">Whether to read every byte and compute the hashes again.</param>
    /// <returns>What was compared, and the damage found.</returns>
    public Task<MoveTally> FindFaultsAsync(bool deep, CancellationToken cancellationToken) => RunAsync(
        async (entity, state, _, token) => state is UploadState upload && UploadId.TryParse(entity.Key, out var id)
            ? await FindFaultAsync(id, upload, deep, token)
            : null,
        cancellationToken);

    /// <summary>Marks the folder, so that no server can start on it, and returns the ID of the import. Does nothing if it is
    /// marked.</summary>
    /// <exception cref="FlushFailedException">The mark may be lost in a power cut.</exception>
    public string Mark(string cluster) => MovedMark.Make(_path, cluster);

    /// <summary>Stores all histories in the cluster.</summary>
    /// <param name="continues">Whether an earlier call was interrupted. What it has stored is left as it is.</param>
    public Task<MoveTally> ImportAsync(bool continues, CancellationToken cancellationToken) => RunAsync(
        async (entity, state, history, token) =>
        {
            var image = ImageOf(state, history);
            if (!continues || !image.Equals(await _target.ReadAsync(entity, token)))
            {
                await _target.ImportAsync(entity, image, token);
            }

            return null;
        },
        cancellationToken);

    /// <summary>Reads all histories back from the cluster and compares them.</summary>
    public Task<MoveTally> CompareAsync(CancellationToken cancellationToken) => RunAsync(
        async (entity, state, history, token) => ImageOf(state, history).Equals(await _target.ReadAsync(entity, token))
            ? null
            : $"{entity} differs in the cluster.",
        cancellationToken);

    public void Dispose()
    {
        _reads.Dispose();
        _folder.Dispose();
    }

    private static ParallelOptions Options(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };

    private static EntityImage ImageOf(object state, JournalHistory history) =>
        new(history.Version, EventCodec.EncodeSnapshot(state), history.WakeAt);

    /// <summary>Carries out a step for all entities, a page at a time, and stops when it has found more faults than are kept.</summary>
    private async Task<MoveTally> RunAsync(Step stepAsync, CancellationToken cancellationToken)
    {
        Tally = new MoveTally();
        long after = 0;
        while (Tally.FaultCount < MoveTally.MaxFaults && List(after) is { Count: > 0 } page)
        {
            await Parallel.ForEachAsync(page, Options(cancellationToken), async (stream, token) =>
            {
                try
                {
                    var history = Read(stream.Entity);
                    var state = _kinds.Rebuild(stream.Entity, history);
                    if (await stepAsync(stream.Entity, state, history, token) is { } fault)
                    {
                        Tally.Add(fault);
                    }

                    Count(state);
                }
                catch (JournalDamagedException damaged)
                {
                    Tally.Add(damaged.Message);
                }
            });
            after = page[^1].Place;
        }

        return Tally;
    }

    private void Count(object state)
    {
        Interlocked.Increment(ref Tally.Histories);
        if (state is UploadState.Known { Completed: ArchiveCompletion } and not UploadState.Stored { ReleasedAt: not null })
        {
            Interlocked.Increment(ref Tally.Archives);
        }
        else if (state is UploadState.Stored { ReleasedAt: null })
        {
            Interlocked.Increment(ref Tally.Objects);
        }
    }

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

    /// <summary>Compares what an upload needs with the store. Returns the first difference, or null.</summary>
    private async ValueTask<string?> FindFaultAsync(UploadId id, UploadState upload, bool deep, CancellationToken cancellationToken)
    {
        if (NeededAttempt.Of(upload) is { } kept)
        {
            return await FindFaultAsync(id, kept, deep, cancellationToken);
        }

        try
        {
            return await _folder.Parts.ReadManifestAsync(id, cancellationToken) is not { } manifest
                ? $"The manifest of upload {id} is missing."
                : !UploadCheck.IsOf(upload, manifest)
                    ? $"The manifest of upload {id} does not match what was acknowledged."
                    : await FindFaultAsync(id, NeededAttempt.Of(manifest), deep, cancellationToken);
        }
        catch (AttemptDamagedException damaged)
        {
            return damaged.Message;
        }
    }

    private async ValueTask<string?> FindFaultAsync(
        UploadId id, IEnumerable<NeededAttempt> needed, bool deep, CancellationToken cancellationToken)
    {
        string? first = null;
        await Parallel.ForEachAsync(needed, Options(cancellationToken), async (attempt, token) =>
        {
            await _reads.WaitAsync(token);
            try
            {
                var check = new AttemptCheck(_folder.Parts, deep, new ReadPace(bytesPerSecond: null, TimeProvider.System)) { ReadsBytes = deep };
                if (await check.FindFaultAsync(id, attempt, token) is { } fault)
                {
                    Interlocked.CompareExchange(ref first, $"Attempt {attempt.Attempt} of upload {id}: {fault}.", null);
                }

                Interlocked.Increment(ref Tally.Attempts);
                Interlocked.Add(ref Tally.Bytes, attempt.LengthBytes);
            }
            finally
            {
                _reads.Release();
            }
        });
        return first;
    }
}

/// <summary>The decisions of the cluster into which a data folder is imported. No silo of the cluster is running.</summary>
/// <remarks>All members may be called concurrently for different entities, and repeated: after a crash the last calls are made again.
/// A call that fails leaves the old or the new image, and is repeated before the cluster starts.</remarks>
public interface IDecisionTarget
{
    /// <summary>Stores an entity in place of an earlier image of it, with its wake-up. Durable when the task has completed.</summary>
    ValueTask ImportAsync(EntityId entity, EntityImage image, CancellationToken cancellationToken);

    /// <summary>Returns the stored image of an entity, or null if it has none.</summary>
    ValueTask<EntityImage?> ReadAsync(EntityId entity, CancellationToken cancellationToken);
}

/// <summary>The whole history of an entity as one snapshot.</summary>
/// <param name="Version">The number of records that the snapshot replaces; at least 1.</param>
/// <param name="WakeAt">When the entity wants to be woken, or null.</param>
public sealed record EntityImage(long Version, ReadOnlyMemory<byte> Snapshot, DateTimeOffset? WakeAt)
{
    /// <summary>Compares the snapshots byte for byte.</summary>
    public bool Equals(EntityImage? other) =>
        other is not null && Version == other.Version && WakeAt == other.WakeAt && Snapshot.Span.SequenceEqual(other.Snapshot.Span);

    public override int GetHashCode() => HashCode.Combine(Version, Snapshot.Length, WakeAt);
}
