using System.Collections.Immutable;
using Orleans.Storage;

namespace OrleansUploads.Cluster.Journal;

/// <summary>The stream of one entity, stored as grain state with any Orleans storage provider.</summary>
/// <remarks>
/// Every append replaces the small <see cref="JournalHead"/>, and its ETag fences outdated writers. When the records in the head
/// would exceed <see cref="TailLimit"/>, they move into a segment. An append therefore writes the head and sometimes a segment,
/// independent of the length of the history. The head names all unreferenced rows until they are deleted. A crash can only leave
/// unnamed rows behind while a long record is being appended. Except for an ETag conflict, an exception of the provider means that
/// the outcome is unknown. Operations may overlap, but they replace the head in turns (<see cref="JournalWriter"/>), so a conflict
/// always comes from another host or from a write with an unknown outcome.
/// </remarks>
internal sealed class GrainStorageJournal : IJournal
{
    /// <summary>The maximum length of a snapshot that is stored in the head.</summary>
    public const int MaxInlineSnapshotBytes = 12 * 1024;

    /// <summary>How long a read waits for a write in progress. A write that hangs for longer is abandoned; if it takes effect after
    /// all, its ETag fences the next write.</summary>
    private static readonly TimeSpan MaxReadDelay = TimeSpan.FromSeconds(2);

    private readonly IGrainStorage _storage;
    private readonly GrainId _grain;
    private readonly EntityId _entity;
    private readonly string _stream;
    private readonly JournalRows _rows;
    private readonly Func<ulong> _nonces;
    private readonly TimeProvider _time;
    private JournalWriter _writer;

    /// <param name="storage">The storage provider.</param>
    /// <param name="grain">The entity's grain. Its ID is the key of all rows.</param>
    /// <param name="entity">The entity.</param>
    /// <param name="stream">The state name of the head; unique for each entity kind, as some providers' keys lack the grain type.</param>
    /// <param name="nonces">Returns a different number at every call.</param>
    /// <param name="time">The clock of timeouts.</param>
    public GrainStorageJournal(
        IGrainStorage storage, GrainId grain, EntityId entity, string stream, Func<ulong> nonces, TimeProvider time)
    {
        _storage = storage;
        _grain = grain;
        _entity = entity;
        _stream = stream;
        _nonces = nonces;
        _time = time;
        _writer = new JournalWriter(storage, grain, stream);
        _rows = new JournalRows(storage, grain, stream);
    }

    /// <inheritdoc/>
    public async ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken)
    {
        CheckEntity(entity);
        cancellationToken.ThrowIfCancellationRequested();
        return await AttemptAsync("read", async () =>
        {
            var writer = await TakeTurnToReadAsync(cancellationToken);
            var (session, head, etag) = await RefreshAsync(writer, cancellationToken);
            while (true)
            {
                try
                {
                    var history = await HistoryReader.ReadAsync(_rows, head, cancellationToken);
                    await CleanUpForgottenAsync(writer, session, cancellationToken);
                    return history;
                }
                catch (InvalidDataException fault)
                {
                    // Another host, or a snapshot of this one, may have replaced the missing row. In that case the head has changed.
                    await writer.TakeTurnAsync(cancellationToken);
                    var previous = etag;
                    (session, head, etag) = await RefreshAsync(writer, cancellationToken);
                    if (etag == previous)
                    {
                        throw new JournalDamagedException(
                            $"The journal of {entity} is damaged: {fault.Message} Restore the grain storage from a backup.", fault);
                    }
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
        {
            // A host that knows a version has got it from a confirmed read or write. That there is nothing is new to it.
            var version = await ReadAsync(isConfirmed: false);
            return version == 0 ? await ReadAsync(isConfirmed: true) : version;
        });

        async Task<long> ReadAsync(bool isConfirmed) =>
            (await JournalSession.OpenAsync(_storage, _grain, _stream, isConfirmed, cancellationToken)).Head.Version;
    }

    /// <inheritdoc/>
    public async ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        CheckEntity(append.Entity);
        ArgumentOutOfRangeException.ThrowIfNegative(append.ExpectedVersion, nameof(append));
        cancellationToken.ThrowIfCancellationRequested();
        return await AttemptAsync("append", async () =>
        {
            var writer = _writer;
            await writer.TakeTurnAsync(cancellationToken);
            try
            {
                if (writer.IsAbandoned)
                {
                    return AppendOutcome.Conflict;
                }

                // A stream that is new as far as the caller knows is not read: if it exists, the write fails.
                var session = append.ExpectedVersion == 0
                    ? await writer.OpenOrBeginAsync(cancellationToken)
                    : await writer.OpenAsync(cancellationToken);
                if (session.Head.Version != append.ExpectedVersion)
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
                writer.EndTurn();
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
            var writer = _writer;
            var isShort = snapshot.Length <= MaxInlineSnapshotBytes;
            ImmutableArray<string> rows = isShort ? [] : [.. JournalRows.BlobRows(_nonces(), snapshot.Length)];
            var inline = isShort ? snapshot.ToArray() : null;
            JournalSession? announced = null;
            if (!isShort)
            {
                announced = await ReplaceForSnapshotAsync(
                    writer, null, version, session => session.AnnounceRows(rows), cancellationToken);
                if (announced is null)
                {
                    return false;
                }
            }

            JournalSession? saved;
            try
            {
                await _rows.PutBlobAsync(rows, snapshot, cancellationToken);
                saved = await ReplaceForSnapshotAsync(
                    writer, announced, version, session => session.Head.WithSnapshot(version, inline, rows), cancellationToken);
            }
            finally
            {
                announced?.EndWriting(rows);
            }

            if (saved is not null)
            {
                await DeleteDiscardedRowsAsync(saved, cancellationToken);
            }

            return saved is not null;
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
            var writer = _writer;
            JournalSession session;
            await writer.TakeTurnAsync(cancellationToken);
            try
            {
                if (writer.IsAbandoned)
                {
                    return AppendOutcome.Conflict;
                }

                session = await writer.OpenAsync(cancellationToken);
                if (session.Head.Version != expectedVersion
                    || (session.Exists && !await session.TryReplaceAsync(session.Head.AsForgotten(), cancellationToken)))
                {
                    return AppendOutcome.Conflict;
                }
            }
            finally
            {
                writer.EndTurn();
            }

            await CleanUpForgottenAsync(writer, session, cancellationToken);
            return AppendOutcome.Appended;
        });
    }

    /// <summary>Moves the tail into a segment if the new record would make it too long.</summary>
    private async Task<JournalHead> MoveTailIfFullAsync(JournalHead head, int recordBytes, CancellationToken cancellationToken)
    {
        var added = RecordFrames.OverheadBytes + (TailLimit.IsStoredSeparately(recordBytes) ? 0 : recordBytes);
        if (head.Tail.Length == 0 || head.Tail.Length + added <= TailLimit.Of(head, recordBytes))
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
        if (!TailLimit.IsStoredSeparately(record.Length))
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
            throw new JournalUnavailableException($"The grain storage could not {what} the journal of {_entity}: {fault.Message}", fault);
        }
    }

    private static bool IsFault(Exception fault) => fault is not (JournalDamagedException or JournalUnavailableException
        or OperationCanceledException or OutOfMemoryException);

    /// <summary>Replaces the head if it still accepts a snapshot of a version.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="announced">The session that announced the rows of the snapshot, or null. Another session cannot
    /// name the rows, because another host may have deleted them.</param>
    /// <param name="version">The version of the snapshot.</param>
    /// <param name="change">Returns the new head.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>The session that replaced the head, or null if the snapshot is no longer wanted.</returns>
    private static async Task<JournalSession?> ReplaceForSnapshotAsync(
        JournalWriter writer,
        JournalSession? announced,
        long version,
        Func<JournalSession, JournalHead> change,
        CancellationToken cancellationToken)
    {
        await writer.TakeTurnAsync(cancellationToken);
        try
        {
            if (writer.IsAbandoned || (announced is not null && !writer.IsCurrent(announced)))
            {
                return null;
            }

            var session = await writer.OpenAsync(cancellationToken);
            return session.Head.AcceptsSnapshot(version) && await session.TryReplaceAsync(change(session), cancellationToken)
                ? session
                : null;
        }
        finally
        {
            writer.EndTurn();
        }
    }

    private async Task DeleteDiscardedRowsAsync(JournalSession session, CancellationToken cancellationToken)
    {
        var discarded = session.Undeleted;
        await _rows.DeleteAsync(discarded, cancellationToken);
        session.EndDeleting(discarded);
    }

    /// <summary>Deletes the rows of a forgotten stream. After a failure the next read tries again.</summary>
    private async Task CleanUpForgottenAsync(JournalWriter writer, JournalSession session, CancellationToken cancellationToken)
    {
        await writer.TakeTurnAsync(cancellationToken);
        try
        {
            if (!writer.IsAbandoned && writer.IsCurrent(session) && session is { Exists: true, Head.Version: 0 })
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
            writer.EndTurn();
        }
    }

    /// <summary>Takes the turn for a read. A writer whose operation hangs is replaced by a new one.</summary>
    private async Task<JournalWriter> TakeTurnToReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var writer = _writer;
            try
            {
                using var timeout = new CancellationTokenSource(MaxReadDelay, _time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
                await writer.TakeTurnAsync(either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                writer.Abandon();
                if (_writer == writer)
                {
                    _writer = new JournalWriter(_storage, _grain, _stream);
                }

                continue;
            }

            if (!writer.IsAbandoned)
            {
                return writer;
            }

            writer.EndTurn();
        }
    }

    /// <summary>Reads the head and ends the turn.</summary>
    private static async Task<(JournalSession Session, JournalHead Head, string? ETag)> RefreshAsync(
        JournalWriter writer, CancellationToken cancellationToken)
    {
        try
        {
            var session = await writer.RefreshAsync(cancellationToken);
            return (session, session.Head, session.ETag);
        }
        finally
        {
            writer.EndTurn();
        }
    }
}
