using OrleansUploads.Postgres.Database;

namespace OrleansUploads.Postgres;

/// <summary>The journal of a cluster, in the tables of one PostgreSQL database.</summary>
/// <remarks>What the grains of a silo append while the last transaction is in flight is the next transaction, and so is what they read of
/// versions. A write that nothing waits for goes with the next one. When a task completes, a failover of the database cannot undo what it
/// says: appends wait for the standby if commits do, and so do reads, except for versions that are not 0: a host that knows one has it from
/// a confirmed read or write. The token of a write cancels nothing once its transaction has begun, because the outcome would be
/// unknown.</remarks>
internal sealed class PostgresJournal : IJournal, ISharedWakeIndex
{
    /// <summary>Maximum length of a record or a snapshot, in bytes.</summary>
    public const int MaxRecordBytes = 256 * 1024 * 1024;

    private readonly JournalCommands _commands;
    private readonly PrimaryBatches _batches;
    private readonly SharedWrites _writes;
    private readonly CallGroups<EntityId, long> _versions;

    /// <param name="service">Part of the key of all rows. Journals with different ones share nothing.</param>
    public PostgresJournal(PostgresDatabase database, string service)
    {
        _commands = new JournalCommands(service);
        _batches = new PrimaryBatches(database);
        _writes = new SharedWrites(_batches, _commands, TimeProvider.System);
        _versions = new CallGroups<EntityId, long>(ReadVersionsAsync, static _ => 0, TimeProvider.System);
    }

    public ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken) =>
        DatabaseAttempt.RunAsync($"read {entity}", () => ReadAsync(entity, isConfirmed: true, cancellationToken), cancellationToken);

    /// <summary>Reads a stream. Neither waits for the standby nor writes anything.</summary>
    /// <exception cref="JournalDamagedException">The stored history differs from what was written.</exception>
    /// <exception cref="JournalUnavailableException">The journal cannot be read at the moment.</exception>
    public ValueTask<JournalHistory> InspectAsync(EntityId entity, CancellationToken cancellationToken) =>
        DatabaseAttempt.RunAsync($"read {entity}", () => ReadAsync(entity, isConfirmed: false, cancellationToken), cancellationToken);

    public ValueTask<long> ReadVersionAsync(EntityId entity, CancellationToken cancellationToken) =>
        DatabaseAttempt.RunAsync($"read the version of {entity}", () => _versions.RunAsync(entity, mayWait: false, cancellationToken), cancellationToken);

    public ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(append.ExpectedVersion, nameof(append));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(append.Record.Length, MaxRecordBytes, nameof(append));
        return DatabaseAttempt.RunAsync($"append to {append.Entity}", async () =>
        {
            // No stream is as long as that, and the next version is not a number.
            var isLast = append.ExpectedVersion == long.MaxValue;
            var write = new SharedWrite(StreamText.Of(append.Entity), append.Record.Length, () => [_commands.Append(append)])
            {
                MayWait = append.MayWait,
                PlainAppend = JournalCommands.IsPlain(append) ? append : null,
            };
            return !isLast && await _writes.RunAsync(write, cancellationToken) > 0 ? AppendOutcome.Appended : AppendOutcome.Conflict;
        }, cancellationToken);
    }

    public async ValueTask SaveSnapshotAsync(
        EntityId entity, long version, ReadOnlyMemory<byte> snapshot, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(snapshot.Length, MaxRecordBytes, nameof(snapshot));
        var prune = new SharedWrite(StreamText.Of(entity), 0, () => [_commands.PruneOldest(entity)]) { MayWait = true };
        var save = prune with
        {
            LengthBytes = snapshot.Length,
            Make = () => [_commands.Save(entity, version, snapshot), _commands.PruneOldest(entity)],
            Deciding = 1,
        };
        await DatabaseAttempt.RunAsync($"save a snapshot of {entity}", async () =>
        {
            var pruned = await _writes.RunAsync(save, cancellationToken);
            while (pruned == JournalCommands.MaxPruned)
            {
                pruned = await _writes.RunAsync(prune, cancellationToken);
            }

            return pruned;
        }, cancellationToken);
    }

    public ValueTask<AppendOutcome> ForgetAsync(EntityId entity, long expectedVersion, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(expectedVersion);
        return DatabaseAttempt.RunAsync($"forget {entity}", async () =>
        {
            var isForgotten = expectedVersion == 0
                ? await _versions.RunAsync(entity, mayWait: false, cancellationToken) == 0
                : await _writes.RunAsync(
                    new SharedWrite(StreamText.Of(entity), 0, () => _commands.Forget(entity, expectedVersion)) { Deciding = 1 },
                    cancellationToken) > 0;
            return isForgotten ? AppendOutcome.Appended : AppendOutcome.Conflict;
        }, cancellationToken);
    }

    /// <summary>Replaces a stream, if there is one, by a snapshot. Use it only while no silo runs.</summary>
    /// <param name="version">At least 1.</param>
    /// <exception cref="JournalUnavailableException">The outcome is unknown, unless it is a refusal.</exception>
    public async ValueTask ReplaceAsync(
        EntityId entity, long version, ReadOnlyMemory<byte> snapshot, DateTimeOffset? wakeAt, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        await DatabaseAttempt.RunAsync(
            $"replace {entity}",
            () => _writes.RunAsync(
                new SharedWrite(StreamText.Of(entity), snapshot.Length, () => _commands.Replace(entity, version, snapshot, wakeAt)),
                cancellationToken),
            cancellationToken);
    }

    public ValueTask<IReadOnlyList<EntityId>> ListDueAsync(
        DateTimeOffset dueAt, int limit, WakeShare share, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return DatabaseAttempt.RunAsync("list due entities", async () => (IReadOnlyList<EntityId>)await _batches.ReadAsync(
            [_commands.Due(dueAt, share, limit)], isConfirmed: false, StreamText.ReadAllAsync, cancellationToken), cancellationToken);
    }

    /// <summary>Lists entities that have any row, in the order of <see cref="StreamText"/>.</summary>
    /// <param name="after">The text after which to start.</param>
    /// <param name="before">The text before which to end.</param>
    /// <exception cref="JournalUnavailableException">The journal cannot be read at the moment.</exception>
    public ValueTask<List<EntityId>> ListAsync(string after, string before, int limit, CancellationToken cancellationToken) =>
        DatabaseAttempt.RunAsync("list entities", () => _batches.ReadAsync(
            [_commands.Streams(after, before, limit)], isConfirmed: false, StreamText.ReadAllAsync, cancellationToken), cancellationToken);

    private async Task<JournalHistory> ReadAsync(EntityId entity, bool isConfirmed, CancellationToken cancellationToken) =>
        StoredStream.ToHistory(entity, await _batches.ReadAsync(
            [_commands.History(entity)], isConfirmed, StoredStream.ReadRowsAsync, cancellationToken));

    /// <summary>That there is nothing is new to a host, so it must be confirmed.</summary>
    private async Task<IReadOnlyList<long>> ReadVersionsAsync(IReadOnlyList<EntityId> entities)
    {
        var versions = await ReadVersionsAsync(entities, isConfirmed: false);
        return versions.Contains(0) ? await ReadVersionsAsync(entities, isConfirmed: true) : versions;
    }

    private Task<long[]> ReadVersionsAsync(IReadOnlyList<EntityId> entities, bool isConfirmed) => _batches.ReadAsync(
        entities.Select(_commands.Version),
        isConfirmed,
        async reader =>
        {
            var versions = new long[entities.Count];
            for (var i = 0; i < versions.Length; i++)
            {
                versions[i] = await reader.ReadAsync(CancellationToken.None) ? reader.GetInt64(0) : 0;
                await reader.NextResultAsync(CancellationToken.None);
            }

            return versions;
        },
        CancellationToken.None);
}
