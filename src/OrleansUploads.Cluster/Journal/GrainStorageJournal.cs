using System.Collections.Immutable;
using System.Text.Json;
using Orleans.Storage;

namespace OrleansUploads.Cluster.Journal;

/// <summary>The stream of one entity, stored as grain state with any Orleans storage provider.</summary>
/// <remarks>Every append replaces the small <see cref="JournalHead"/>, and its ETag fences outdated writers. When the records in the head
/// would become too long (<see cref="JournalHead.IsTailFullFor"/>), they move into a segment. An append therefore writes the head and
/// sometimes a segment, independent of the length of the history. The head names all unreferenced rows until they are deleted. A crash
/// can only leave unnamed rows behind while a long record is being appended. Except for an ETag conflict and a refusal (<see
/// cref="StorageRefusedException"/>), an exception of the provider means that the outcome is unknown. Operations may overlap, but they
/// replace the head in turns (<see cref="JournalTurns"/>), so a conflict always comes from another host or from a write with an unknown
/// outcome.</remarks>
/// <param name="grain">Its ID is the key of all rows.</param>
internal sealed class GrainStorageJournal(IGrainStorage storage, GrainId grain, EntityId entity, TimeProvider time)
    : IJournal
{
    /// <summary>The maximum length of a snapshot that is stored in the head.</summary>
    public const int MaxInlineSnapshotBytes = 12 * 1024;

    /// <summary>How long a read waits for a write in progress. A write that hangs for longer is abandoned; if it takes effect after
    /// all, its ETag fences the next write.</summary>
    private static readonly TimeSpan MaxReadDelay = TimeSpan.FromSeconds(2);

    private JournalTurns _writer = new(new JournalRows(storage, grain));

    private JournalRows Rows => _writer.Rows;

    public ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken) =>
        AttemptAsync(entity, "read", async () =>
        {
            var (writer, session, head, etag) = await TakeTurnToReadAsync(cancellationToken);
            while (true)
            {
                try
                {
                    var history = await Rows.ReadHistoryAsync(head, cancellationToken);
                    await CleanUpForgottenAsync(writer, session, cancellationToken);
                    return history;
                }
                catch (InvalidDataException fault)
                {
                    // Another host, or a snapshot of this one, may have replaced the missing row. In that case the head has changed.
                    using var turn = await writer.TakeTurnAsync(cancellationToken);
                    var previous = etag;
                    session = await writer.RefreshAsync(cancellationToken);
                    (head, etag) = (session.Head, session.ETag);
                    if (etag == previous)
                    {
                        throw DamageOf(fault);
                    }
                }
            }
        }, cancellationToken);

    /// <summary>Reads the stream and changes nothing. A silo may be using it.</summary>
    /// <exception cref="JournalDamagedException">The stored history differs from what was written.</exception>
    /// <exception cref="JournalUnavailableException">The storage cannot be read at the moment.</exception>
    public ValueTask<JournalHistory> InspectAsync(CancellationToken cancellationToken) => AttemptAsync(entity, "read", async () =>
    {
        JournalSession? previous = null;
        while (true)
        {
            JournalSession? session = null;
            try
            {
                session = await JournalSession.OpenAsync(Rows, cancellationToken);
                return await Rows.ReadHistoryAsync(session.Head, cancellationToken);
            }
            catch (JsonException fault)
            {
                throw DamageOf(fault);
            }
            catch (InvalidDataException fault) when (session is not null)
            {
                // A silo may have replaced the missing row. In that case the head has changed.
                previous = previous?.ETag != session.ETag ? session : throw DamageOf(fault);
            }
        }
    }, cancellationToken);

    public ValueTask<long> ReadVersionAsync(EntityId entity, CancellationToken cancellationToken) => AttemptAsync(
        entity, "read", async () => (await JournalSession.OpenAsync(Rows, cancellationToken)).Head.Version, cancellationToken);

    public ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(append.ExpectedVersion, nameof(append));
        return AttemptAsync(append.Entity, "append", async () =>
        {
            var writer = _writer;
            using var turn = await writer.TakeTurnAsync(cancellationToken);
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

            var head = await AddRecordAsync(session.Head, append.Record, cancellationToken);
            if (append.Wake is { } wake)
            {
                head = head with { WakeAtMilliseconds = wake.At?.ToUnixTimeMilliseconds() };
            }

            return await session.TryReplaceAsync(head, cancellationToken) ? AppendOutcome.Appended : AppendOutcome.Conflict;
        }, cancellationToken);
    }

    public async ValueTask SaveSnapshotAsync(
        EntityId entity, long version, ReadOnlyMemory<byte> snapshot, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        await AttemptAsync(entity, "save a snapshot of", async () =>
        {
            var writer = _writer;
            var isShort = snapshot.Length <= MaxInlineSnapshotBytes;
            var rows = isShort ? [] : JournalRows.NewBlobRows(snapshot.Length);
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
                await Rows.PutBlobAsync(rows, snapshot, cancellationToken);
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
        }, cancellationToken);
    }

    public ValueTask<AppendOutcome> ForgetAsync(EntityId entity, long expectedVersion, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(expectedVersion);
        return AttemptAsync(entity, "forget", async () =>
        {
            var writer = _writer;
            JournalSession session;
            using (await writer.TakeTurnAsync(cancellationToken))
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

            await CleanUpForgottenAsync(writer, session, cancellationToken);
            return AppendOutcome.Appended;
        }, cancellationToken);
    }

    /// <summary>Replaces the whole stream by a snapshot. Use it only while no grain is active.</summary>
    /// <param name="version">At least 1.</param>
    /// <param name="wakeAt">Null for none.</param>
    /// <returns>Whether the stream existed.</returns>
    /// <exception cref="JournalUnavailableException">The stream was not replaced, or the outcome is unknown.</exception>
    public ValueTask<bool> ReplaceAsync(
        long version, ReadOnlyMemory<byte> snapshot, DateTimeOffset? wakeAt, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        return AttemptAsync(entity, "replace", async () =>
        {
            var writer = _writer;
            using var turn = await writer.TakeTurnAsync(cancellationToken);
            var session = await writer.OpenAsync(cancellationToken);
            var existed = session.Exists;
            ImmutableArray<string> rows = [];
            if (snapshot.Length > MaxInlineSnapshotBytes)
            {
                rows = JournalRows.NewBlobRows(snapshot.Length);
                await ReplaceAsync(session, session.AnnounceRows(rows));
                await Rows.PutBlobAsync(rows, snapshot, cancellationToken);
            }

            await ReplaceAsync(session, session.Head.WithOnlySnapshot(version, rows.IsEmpty ? snapshot.ToArray() : null, rows) with
            {
                WakeAtMilliseconds = wakeAt?.ToUnixTimeMilliseconds(),
            });
            session.EndWriting(rows);
            await DeleteDiscardedRowsAsync(session, cancellationToken);
            return existed;
        }, cancellationToken);

        async Task ReplaceAsync(JournalSession session, JournalHead head)
        {
            if (!await session.TryReplaceAsync(head, cancellationToken))
            {
                throw new JournalUnavailableException($"The journal of {entity} was changed by a silo. Stop all silos during an import.");
            }
        }
    }

    /// <summary>The rows that the result names, besides <paramref name="head"/>'s, are stored.</summary>
    private async Task<JournalHead> AddRecordAsync(JournalHead head, ReadOnlyMemory<byte> record, CancellationToken cancellationToken)
    {
        if (head.IsTailFullFor(record.Length))
        {
            await Rows.PutSegmentAsync(head.TailFirst, head.Tail, cancellationToken);
            head = head.WithTailInSegment();
        }

        if (!JournalHead.IsStoredSeparately(record.Length))
        {
            return head.WithRecord(record);
        }

        var rows = JournalRows.NewBlobRows(record.Length);
        await Rows.PutBlobAsync(rows, record, cancellationToken);
        return head.WithLongRecord(rows);
    }

    /// <summary>Runs an operation and reports a failure of the provider as <see cref="JournalUnavailableException"/>.</summary>
    private async ValueTask<T> AttemptAsync<T>(EntityId wanted, string what, Func<Task<T>> attempt, CancellationToken cancellationToken)
    {
        if (wanted != entity)
        {
            throw new ArgumentException($"This journal belongs to {entity}, not to {wanted}.", nameof(wanted));
        }

        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return await attempt();
        }
        catch (StorageRefusedException fault)
        {
            // The head is replaced last, so a refused row means that the stream is as it was.
            throw new JournalUnavailableException(fault.Message, fault) { IsRefusal = true };
        }
        catch (Exception fault) when (IsFault(fault))
        {
            throw new JournalUnavailableException($"The grain storage could not {what} the journal of {entity}: {fault.Message}", fault);
        }
    }

    private JournalDamagedException DamageOf(Exception fault) =>
        new($"The journal of {entity} is damaged: {fault.Message} Restore the grain storage from a backup.", fault);

    private static bool IsFault(Exception fault) => fault is not (JournalDamagedException or JournalUnavailableException
        or OperationCanceledException or OutOfMemoryException);

    /// <summary>Replaces the head if it still accepts a snapshot of a version.</summary>
    /// <param name="announced">The session that announced the rows of the snapshot, or null. Another session cannot name the
    /// rows, because another host may have deleted them.</param>
    /// <param name="version">The version of the snapshot.</param>
    /// <param name="change">Returns the new head.</param>
    /// <returns>The session that replaced the head, or null if the snapshot is no longer wanted.</returns>
    private static async Task<JournalSession?> ReplaceForSnapshotAsync(
        JournalTurns writer,
        JournalSession? announced,
        long version,
        Func<JournalSession, JournalHead> change,
        CancellationToken cancellationToken)
    {
        using var turn = await writer.TakeTurnAsync(cancellationToken);
        if (writer.IsAbandoned || (announced is not null && !writer.IsCurrent(announced)))
        {
            return null;
        }

        var session = await writer.OpenAsync(cancellationToken);
        return session.Head.AcceptsSnapshot(version) && await session.TryReplaceAsync(change(session), cancellationToken)
            ? session
            : null;
    }

    private async Task DeleteDiscardedRowsAsync(JournalSession session, CancellationToken cancellationToken)
    {
        var discarded = session.Undeleted;
        await Rows.DeleteAsync(discarded, cancellationToken);
        session.EndDeleting(discarded);
    }

    /// <summary>Deletes the rows of a forgotten stream. After a failure the next read tries again.</summary>
    private async Task CleanUpForgottenAsync(JournalTurns writer, JournalSession session, CancellationToken cancellationToken)
    {
        using var turn = await writer.TakeTurnAsync(cancellationToken);
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
    }

    /// <summary>Takes the turn for a read, reads the head and ends the turn. A writer whose operation hangs is replaced by a new
    /// one.</summary>
    private async Task<(JournalTurns Writer, JournalSession Session, JournalHead Head, string? ETag)> TakeTurnToReadAsync(
        CancellationToken cancellationToken)
    {
        while (true)
        {
            var writer = _writer;
            JournalTurns.Turn turn;
            try
            {
                using var timeout = new CancellationTokenSource(MaxReadDelay, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
                turn = await writer.TakeTurnAsync(either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                writer.Abandon();
                if (_writer == writer)
                {
                    _writer = new JournalTurns(Rows);
                }

                continue;
            }

            using (turn)
            {
                if (!writer.IsAbandoned)
                {
                    var session = await writer.RefreshAsync(cancellationToken);
                    return (writer, session, session.Head, session.ETag);
                }
            }
        }
    }
}
