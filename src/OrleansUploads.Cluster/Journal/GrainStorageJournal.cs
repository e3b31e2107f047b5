using System.Collections.Immutable;
using Orleans.Storage;
using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Cluster.Journal;

/// <summary>The stream of one entity, stored as grain state with any Orleans storage provider.</summary>
/// <remarks>
/// Every append replaces the small <see cref="JournalHead"/>, and its ETag fences outdated writers. When the records in the head
/// would exceed <see cref="MaxTailBytes"/>, they move into a segment. An append therefore writes the head and sometimes a segment,
/// independent of the length of the history. The head names all unreferenced rows until they are deleted. A crash can only leave
/// unnamed rows behind while a long record is being appended. Except for an ETag conflict, an exception of the provider means that
/// the outcome is unknown.
/// </remarks>
internal sealed class GrainStorageJournal : IJournal
{
    /// <summary>The maximum length of the records in a head; longer ones move into a segment.</summary>
    public const int MaxTailBytes = 32 * 1024;

    /// <summary>The maximum length of a snapshot that is stored in the head.</summary>
    public const int MaxInlineSnapshotBytes = 12 * 1024;

    private readonly IGrainStorage _storage;
    private readonly GrainId _grain;
    private readonly EntityId _entity;
    private readonly string _stream;
    private readonly JournalRows _rows;
    private readonly Func<ulong> _nonces;
    private JournalSession? _session;

    /// <param name="storage">The storage provider.</param>
    /// <param name="grain">The entity's grain. Its ID is the key of all rows.</param>
    /// <param name="entity">The entity.</param>
    /// <param name="stream">The state name of the head; unique for each entity kind, as some providers' keys lack the grain type.</param>
    /// <param name="nonces">Returns a different number at every call.</param>
    public GrainStorageJournal(IGrainStorage storage, GrainId grain, EntityId entity, string stream, Func<ulong> nonces)
    {
        _storage = storage;
        _grain = grain;
        _entity = entity;
        _stream = stream;
        _nonces = nonces;
        _rows = new JournalRows(storage, grain, stream);
    }

    /// <inheritdoc/>
    public async ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken)
    {
        CheckEntity(entity);
        cancellationToken.ThrowIfCancellationRequested();
        _session = null;
        return await AttemptAsync("read", async () =>
        {
            var session = await OpenAsync(cancellationToken);
            while (true)
            {
                try
                {
                    var history = await HistoryReader.ReadAsync(_rows, session.Head, cancellationToken);
                    await CleanUpForgottenAsync(session, cancellationToken);
                    return history;
                }
                catch (InvalidDataException fault)
                {
                    // Another host may have replaced the missing row by a snapshot. In that case the head has changed too.
                    _session = null;
                    var newer = await OpenAsync(cancellationToken);
                    if (newer.ETag == session.ETag)
                    {
                        throw new JournalDamagedException(
                            $"The journal of {entity} is damaged: {fault.Message} Restore the grain storage from a backup.", fault);
                    }

                    session = newer;
                }
            }
        });
    }

    /// <inheritdoc/>
    public async ValueTask<long> ReadVersionAsync(EntityId entity, CancellationToken cancellationToken)
    {
        CheckEntity(entity);
        cancellationToken.ThrowIfCancellationRequested();
        return await AttemptAsync("read", async () =>
            (await JournalSession.OpenAsync(_storage, _grain, _stream, cancellationToken)).Head.Version);
    }

    /// <inheritdoc/>
    public async ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        CheckEntity(append.Entity);
        ArgumentOutOfRangeException.ThrowIfNegative(append.ExpectedVersion, nameof(append));
        cancellationToken.ThrowIfCancellationRequested();
        return await AttemptAsync("append", async () =>
        {
            var session = await OpenAsync(cancellationToken);
            await session.Gate.WaitAsync(cancellationToken);
            try
            {
                if (session.IsStale || session.Head.Version != append.ExpectedVersion)
                {
                    return AppendOutcome.Conflict;
                }

                var head = await MoveTailIfFullAsync(session.Head, append.Record.Length, cancellationToken);
                head = await AddRecordAsync(head, append.Record, cancellationToken);
                if (append.Wake is { } wake)
                {
                    head = head with { WakeAtMilliseconds = wake.At?.ToUnixTimeMilliseconds() };
                }

                return await session.TryReplaceAsync(head, cancellationToken) ? AppendOutcome.Appended : AppendOutcome.Conflict;
            }
            finally
            {
                session.Gate.Release();
            }
        });
    }

    /// <inheritdoc/>
    public async ValueTask SaveSnapshotAsync(
        EntityId entity, long version, ReadOnlyMemory<byte> snapshot, CancellationToken cancellationToken)
    {
        CheckEntity(entity);
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        cancellationToken.ThrowIfCancellationRequested();
        await AttemptAsync("save a snapshot of", async () =>
        {
            var session = await OpenAsync(cancellationToken);
            ImmutableArray<string> rows = [];
            if (snapshot.Length > MaxInlineSnapshotBytes)
            {
                rows = [.. JournalRows.BlobRows(_nonces(), snapshot.Length)];
                if (!await TryReplaceForSnapshotAsync(session, version, _ => session.AnnounceRows(rows), cancellationToken))
                {
                    return false;
                }

                await _rows.PutBlobAsync(rows, snapshot, cancellationToken);
            }

            var inline = rows.IsEmpty ? snapshot.ToArray() : null;
            var saved = await TryReplaceForSnapshotAsync(
                session, version, head => head.WithSnapshot(version, inline, rows), cancellationToken);
            session.Writing = session.Writing.Except(rows);
            if (saved)
            {
                await DeleteDiscardedRowsAsync(session, cancellationToken);
            }

            return saved;
        });
    }

    /// <inheritdoc/>
    public async ValueTask<AppendOutcome> ForgetAsync(EntityId entity, long expectedVersion, CancellationToken cancellationToken)
    {
        CheckEntity(entity);
        ArgumentOutOfRangeException.ThrowIfNegative(expectedVersion);
        cancellationToken.ThrowIfCancellationRequested();
        return await AttemptAsync("forget", async () =>
        {
            var session = await OpenAsync(cancellationToken);
            await session.Gate.WaitAsync(cancellationToken);
            try
            {
                if (session.IsStale || session.Head.Version != expectedVersion)
                {
                    return AppendOutcome.Conflict;
                }

                if (session.Exists && !await session.TryReplaceAsync(session.Head.AsForgotten(), cancellationToken))
                {
                    return AppendOutcome.Conflict;
                }
            }
            finally
            {
                session.Gate.Release();
            }

            await CleanUpForgottenAsync(session, cancellationToken);
            return AppendOutcome.Appended;
        });
    }

    /// <summary>Moves the tail into a segment if the new record would make it too long.</summary>
    private async Task<JournalHead> MoveTailIfFullAsync(JournalHead head, int recordBytes, CancellationToken cancellationToken)
    {
        var added = RecordFrames.OverheadBytes + (recordBytes > JournalRows.MaxRowBytes ? 0 : recordBytes);
        if (head.Tail.Length == 0 || head.Tail.Length + added <= MaxTailBytes)
        {
            return head;
        }

        await _rows.PutSegmentAsync(head.TailFirst, head.Tail, cancellationToken);
        return head with
        {
            Segments = head.Segments.Add(new SegmentName(head.TailFirst, head.Version)),
            TailFirst = head.Version + 1,
            Tail = [],
        };
    }

    private async Task<JournalHead> AddRecordAsync(JournalHead head, ReadOnlyMemory<byte> record, CancellationToken cancellationToken)
    {
        var version = head.Version + 1;
        if (record.Length <= JournalRows.MaxRowBytes)
        {
            return head with { Version = version, Tail = RecordFrames.Append(head.Tail, record.Span) };
        }

        ImmutableArray<string> rows = [.. JournalRows.BlobRows(_nonces(), record.Length)];
        await _rows.PutBlobAsync(rows, record, cancellationToken);
        return head with
        {
            Version = version,
            Tail = RecordFrames.AppendPlaceholder(head.Tail),
            LongRecords = head.LongRecords.Add(new LongRecord(version, rows)),
        };
    }

    /// <summary>Replaces the head if it still accepts a snapshot of a version.</summary>
    private static async Task<bool> TryReplaceForSnapshotAsync(
        JournalSession session, long version, Func<JournalHead, JournalHead> change, CancellationToken cancellationToken)
    {
        await session.Gate.WaitAsync(cancellationToken);
        try
        {
            return !session.IsStale && session.Head.AcceptsSnapshot(version)
                && await session.TryReplaceAsync(change(session.Head), cancellationToken);
        }
        finally
        {
            session.Gate.Release();
        }
    }

    private async Task DeleteDiscardedRowsAsync(JournalSession session, CancellationToken cancellationToken)
    {
        var discarded = session.Head.Discarded.RemoveAll(session.Deleted.Contains);
        await _rows.DeleteAsync(discarded, cancellationToken);
        session.Deleted = session.Deleted.Union(discarded);
    }

    /// <summary>Deletes the rows of a forgotten stream. After a failure the next read tries again.</summary>
    private async Task CleanUpForgottenAsync(JournalSession session, CancellationToken cancellationToken)
    {
        await session.Gate.WaitAsync(cancellationToken);
        try
        {
            if (session is { IsStale: false, Exists: true, Head.Version: 0 })
            {
                await DeleteDiscardedRowsAsync(session, cancellationToken);
                await session.DeleteAsync(cancellationToken);
            }
        }
        catch (Exception fault) when (IsFault(fault))
        {
            // The head still names the remaining rows.
        }
        finally
        {
            session.Gate.Release();
        }
    }

    private async Task<JournalSession> OpenAsync(CancellationToken cancellationToken) =>
        _session is { IsStale: false } session
            ? session
            : _session = await JournalSession.OpenAsync(_storage, _grain, _stream, cancellationToken);

    private void CheckEntity(EntityId entity)
    {
        if (entity != _entity)
        {
            throw new ArgumentException($"This journal belongs to {_entity}, not to {entity}.", nameof(entity));
        }
    }

    /// <summary>Runs an operation and reports a failure of the provider as <see cref="JournalUnavailableException"/>.</summary>
    private async Task<T> AttemptAsync<T>(string what, Func<Task<T>> attempt)
    {
        try
        {
            return await attempt();
        }
        catch (Exception fault) when (IsFault(fault))
        {
            _session = null;
            throw new JournalUnavailableException($"The grain storage could not {what} the journal of {_entity}: {fault.Message}", fault);
        }
    }

    private static bool IsFault(Exception fault) => fault is not (JournalDamagedException or JournalUnavailableException
        or OperationCanceledException or OutOfMemoryException);
}
