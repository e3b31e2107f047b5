using System.Collections.Immutable;
using Orleans.Storage;
using OrleansUploads.Core;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Cluster.Journal;

/// <summary>The stream of one entity, kept as grain state of any Orleans provider.</summary>
/// <remarks>
/// A small <see cref="JournalHead"/> is replaced with every append, and its ETag fences off whoever is behind. When the records
/// in it have become <see cref="MaxTailBytes"/>, they move into a segment. So one more record writes a head and at times a
/// segment, however long the history is. Rows that nothing refers to are named in the head until they are deleted, so a crash
/// leaves none behind but those of a long record in the moment of its append.
/// <para>A provider's exception means that the outcome is unknown, but for a conflict of ETags.</para>
/// </remarks>
internal sealed class GrainStorageJournal : IJournal
{
    /// <summary>The records in a head move into a segment before they become longer than this.</summary>
    public const int MaxTailBytes = 32 * 1024;

    /// <summary>A snapshot up to this length is kept in the head.</summary>
    public const int MaxInlineSnapshotBytes = 12 * 1024;

    private readonly IGrainStorage _storage;
    private readonly GrainId _grain;
    private readonly EntityId _entity;
    private readonly string _stream;
    private readonly JournalRows _rows;
    private readonly Func<ulong> _nonces;
    private JournalSession? _session;

    /// <param name="storage">The provider.</param>
    /// <param name="grain">The entity's grain; its ID is the key of all rows.</param>
    /// <param name="entity">The entity.</param>
    /// <param name="stream">State name of the head, unique for the kind of entity: some providers' keys leave the kind of
    /// grain out.</param>
    /// <param name="nonces">Numbers that are never the same twice.</param>
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
        RequireOwn(entity);
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
                    await TidyForgottenAsync(session, cancellationToken);
                    return history;
                }
                catch (InvalidDataException fault)
                {
                    // A row may be gone because another host has put a snapshot in its place; then the head is another one.
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
        RequireOwn(entity);
        cancellationToken.ThrowIfCancellationRequested();
        return await AttemptAsync("read", async () =>
            (await JournalSession.OpenAsync(_storage, _grain, _stream, cancellationToken)).Head.Version);
    }

    /// <inheritdoc/>
    public async ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        RequireOwn(append.Entity);
        ArgumentOutOfRangeException.ThrowIfNegative(append.ExpectedVersion, nameof(append));
        cancellationToken.ThrowIfCancellationRequested();
        return await AttemptAsync("append", async () =>
        {
            var session = await OpenAsync(cancellationToken);
            await session.Gate.WaitAsync(cancellationToken);
            try
            {
                if (session.IsOver || session.Head.Version != append.ExpectedVersion)
                {
                    return AppendOutcome.Conflict;
                }

                var head = await MakeRoomAsync(session.Head, append.Record.Length, cancellationToken);
                head = await AddAsync(head, append.Record, cancellationToken);
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
        RequireOwn(entity);
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        cancellationToken.ThrowIfCancellationRequested();
        await AttemptAsync("save a snapshot of", async () =>
        {
            var session = await OpenAsync(cancellationToken);
            ImmutableArray<string> rows = [];
            if (snapshot.Length > MaxInlineSnapshotBytes)
            {
                rows = [.. JournalRows.BlobRows(_nonces(), snapshot.Length)];
                if (!await ReplaceAsync(session, version, _ => session.Announcing(rows), cancellationToken))
                {
                    return false;
                }

                await _rows.PutBlobAsync(rows, snapshot, cancellationToken);
            }

            var inline = rows.IsEmpty ? snapshot.ToArray() : null;
            var saved = await ReplaceAsync(session, version, head => head.CutAt(version, inline, rows), cancellationToken);
            session.Writing = session.Writing.Except(rows);
            if (saved)
            {
                await ClearDiscardedAsync(session, cancellationToken);
            }

            return saved;
        });
    }

    /// <inheritdoc/>
    public async ValueTask<AppendOutcome> ForgetAsync(EntityId entity, long expectedVersion, CancellationToken cancellationToken)
    {
        RequireOwn(entity);
        ArgumentOutOfRangeException.ThrowIfNegative(expectedVersion);
        cancellationToken.ThrowIfCancellationRequested();
        return await AttemptAsync("forget", async () =>
        {
            var session = await OpenAsync(cancellationToken);
            await session.Gate.WaitAsync(cancellationToken);
            try
            {
                if (session.IsOver || session.Head.Version != expectedVersion)
                {
                    return AppendOutcome.Conflict;
                }

                if (session.Exists && !await session.TryReplaceAsync(session.Head.Forgotten(), cancellationToken))
                {
                    return AppendOutcome.Conflict;
                }
            }
            finally
            {
                session.Gate.Release();
            }

            await TidyForgottenAsync(session, cancellationToken);
            return AppendOutcome.Appended;
        });
    }

    /// <summary>Moves the tail into a segment, where it would become too long.</summary>
    private async Task<JournalHead> MakeRoomAsync(JournalHead head, int recordBytes, CancellationToken cancellationToken)
    {
        var added = recordBytes > JournalRows.MaxRowBytes ? Frames.OverheadBytes : Frames.OverheadBytes + recordBytes;
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

    private async Task<JournalHead> AddAsync(JournalHead head, ReadOnlyMemory<byte> record, CancellationToken cancellationToken)
    {
        var version = head.Version + 1;
        if (record.Length <= JournalRows.MaxRowBytes)
        {
            return head with { Version = version, Tail = Frames.Append(head.Tail, record.Span) };
        }

        ImmutableArray<string> rows = [.. JournalRows.BlobRows(_nonces(), record.Length)];
        await _rows.PutBlobAsync(rows, record, cancellationToken);
        return head with
        {
            Version = version,
            Tail = Frames.AppendElsewhere(head.Tail),
            LongRecords = head.LongRecords.Add(new LongRecord(version, rows)),
        };
    }

    private static async Task<bool> ReplaceAsync(
        JournalSession session, long version, Func<JournalHead, JournalHead> change, CancellationToken cancellationToken)
    {
        await session.Gate.WaitAsync(cancellationToken);
        try
        {
            return !session.IsOver && session.Head.Takes(version)
                && await session.TryReplaceAsync(change(session.Head), cancellationToken);
        }
        finally
        {
            session.Gate.Release();
        }
    }

    private async Task ClearDiscardedAsync(JournalSession session, CancellationToken cancellationToken)
    {
        var discarded = session.Head.Discarded.RemoveAll(session.Cleared.Contains);
        await _rows.ClearAsync(discarded, cancellationToken);
        session.Cleared = session.Cleared.Union(discarded);
    }

    /// <summary>A forgotten stream is forgotten even if this fails; whoever reads it next tries again.</summary>
    private async Task TidyForgottenAsync(JournalSession session, CancellationToken cancellationToken)
    {
        await session.Gate.WaitAsync(cancellationToken);
        try
        {
            if (session is { IsOver: false, Exists: true, Head.Version: 0 })
            {
                await ClearDiscardedAsync(session, cancellationToken);
                await session.DeleteAsync(cancellationToken);
            }
        }
        catch (Exception fault) when (IsFault(fault))
        {
            // The head still names what is left.
        }
        finally
        {
            session.Gate.Release();
        }
    }

    private async Task<JournalSession> OpenAsync(CancellationToken cancellationToken) =>
        _session is { IsOver: false } session
            ? session
            : _session = await JournalSession.OpenAsync(_storage, _grain, _stream, cancellationToken);

    private void RequireOwn(EntityId entity)
    {
        if (entity != _entity)
        {
            throw new ArgumentException($"This is the journal of {_entity}, not of {entity}.", nameof(entity));
        }
    }

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
