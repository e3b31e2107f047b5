namespace OrleansUploads.TestKit.Journals;

/// <summary>A journal in memory. It implements the whole contract except durability.</summary>
public sealed class MemoryJournal : IJournal, IWakeIndex
{
    private readonly Lock _gate = new();
    private readonly Dictionary<EntityId, Stream> _streams = [];

    public ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<JournalHistory>(cancellationToken);
        }

        lock (_gate)
        {
            return ValueTask.FromResult(_streams.TryGetValue(entity, out var stream) ? stream.Read() : JournalHistory.None);
        }
    }

    public ValueTask<long> ReadVersionAsync(EntityId entity, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<long>(cancellationToken);
        }

        lock (_gate)
        {
            return ValueTask.FromResult(_streams.GetValueOrDefault(entity)?.Version ?? 0);
        }
    }

    public ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(append.ExpectedVersion, nameof(append));
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<AppendOutcome>(cancellationToken);
        }

        lock (_gate)
        {
            var stream = _streams.GetValueOrDefault(append.Entity) ?? new Stream();
            if (stream.Version != append.ExpectedVersion)
            {
                return ValueTask.FromResult(AppendOutcome.Conflict);
            }

            stream.Records.Add(append.Record.ToArray());
            if (append.Wake is { } wake)
            {
                stream.WakeAtMilliseconds = wake.At?.ToUnixTimeMilliseconds();
            }

            _streams[append.Entity] = stream;
            return ValueTask.FromResult(AppendOutcome.Appended);
        }
    }

    public ValueTask SaveSnapshotAsync(
        EntityId entity, long version, ReadOnlyMemory<byte> snapshot, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        lock (_gate)
        {
            if (_streams.TryGetValue(entity, out var stream))
            {
                stream.ReplaceRecords(version, snapshot);
            }
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<AppendOutcome> ForgetAsync(EntityId entity, long expectedVersion, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(expectedVersion);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<AppendOutcome>(cancellationToken);
        }

        lock (_gate)
        {
            if ((_streams.GetValueOrDefault(entity)?.Version ?? 0) != expectedVersion)
            {
                return ValueTask.FromResult(AppendOutcome.Conflict);
            }

            _streams.Remove(entity);
            return ValueTask.FromResult(AppendOutcome.Appended);
        }
    }

    public ValueTask<IReadOnlyList<EntityId>> ListDueAsync(DateTimeOffset dueAt, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<IReadOnlyList<EntityId>>(cancellationToken);
        }

        var dueAtMilliseconds = dueAt.ToUnixTimeMilliseconds();
        lock (_gate)
        {
            return ValueTask.FromResult<IReadOnlyList<EntityId>>([.. _streams
                .Where(stream => stream.Value.WakeAtMilliseconds <= dueAtMilliseconds)
                .OrderBy(stream => stream.Value.WakeAtMilliseconds)
                .Take(limit)
                .Select(stream => stream.Key)]);
        }
    }

    private sealed class Stream
    {
        private long _snapshotVersion;
        private ReadOnlyMemory<byte>? _snapshot;

        public List<ReadOnlyMemory<byte>> Records { get; } = [];

        public long? WakeAtMilliseconds { get; set; }

        public long Version => _snapshotVersion + Records.Count;

        public JournalHistory Read()
        {
            DateTimeOffset? wakeAt = WakeAtMilliseconds is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;
            return new JournalHistory(Version, _snapshot, [.. Records], wakeAt);
        }

        public void ReplaceRecords(long version, ReadOnlyMemory<byte> snapshot)
        {
            // Ignore a snapshot that is older than the stored one, or newer than the stream because its owner was fenced
            // off.
            if (version <= _snapshotVersion || version > Version)
            {
                return;
            }

            Records.RemoveRange(0, (int)(version - _snapshotVersion));
            _snapshot = snapshot.ToArray();
            _snapshotVersion = version;
        }
    }
}
