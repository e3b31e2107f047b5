namespace OrleansUploads.Engine.Memory;

/// <summary>A journal in memory. It implements the whole contract except durability.</summary>
public sealed class MemoryJournal : IJournal, ISharedWakeIndex
{
    private readonly Lock _gate = new();
    private readonly Dictionary<EntityId, Stream> _streams = [];

    public ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken) =>
        RunAsync(() => _streams.TryGetValue(entity, out var stream) ? stream.Read() : JournalHistory.None, cancellationToken);

    public ValueTask<long> ReadVersionAsync(EntityId entity, CancellationToken cancellationToken) =>
        RunAsync(() => VersionOf(entity), cancellationToken);

    public ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(append.ExpectedVersion, nameof(append));
        return RunAsync(
            () =>
            {
                if (VersionOf(append.Entity) != append.ExpectedVersion)
                {
                    return AppendOutcome.Conflict;
                }

                if (!_streams.TryGetValue(append.Entity, out var stream))
                {
                    _streams[append.Entity] = stream = new Stream();
                }

                stream.Records.Add(append.Record.ToArray());
                if (append.Wake is { } wake)
                {
                    stream.WakeAtMilliseconds = wake.At?.ToUnixTimeMilliseconds();
                }

                return AppendOutcome.Appended;
            },
            cancellationToken);
    }

    public async ValueTask SaveSnapshotAsync(
        EntityId entity, long version, ReadOnlyMemory<byte> snapshot, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        await RunAsync(() => _streams.GetValueOrDefault(entity)?.ReplaceRecords(version, snapshot), cancellationToken);
    }

    public ValueTask<AppendOutcome> ForgetAsync(EntityId entity, long expectedVersion, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(expectedVersion);
        return RunAsync(
            () =>
            {
                if (VersionOf(entity) != expectedVersion)
                {
                    return AppendOutcome.Conflict;
                }

                _streams.Remove(entity);
                return AppendOutcome.Appended;
            },
            cancellationToken);
    }

    public ValueTask<IReadOnlyList<EntityId>> ListDueAsync(
        DateTimeOffset dueAt, int limit, WakeShare share, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var dueAtMilliseconds = dueAt.ToUnixTimeMilliseconds();
        return RunAsync<IReadOnlyList<EntityId>>(
            () => [.. _streams
                .Where(stream => stream.Value.WakeAtMilliseconds <= dueAtMilliseconds && IsIn(share, stream.Key))
                .OrderBy(stream => stream.Value.WakeAtMilliseconds)
                .Take(limit)
                .Select(stream => stream.Key)],
            cancellationToken);
    }

    private static bool IsIn(WakeShare share, EntityId entity) =>
        entity.ToString().Aggregate(0, static (sum, letter) => unchecked((sum * 31) + letter)) is var sum
        && (uint)sum % share.Count == share.Number;

    private ValueTask<T> RunAsync<T>(Func<T> call, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<T>(cancellationToken);
        }

        lock (_gate)
        {
            return ValueTask.FromResult(call());
        }
    }

    private long VersionOf(EntityId entity) => _streams.GetValueOrDefault(entity)?.Version ?? 0;

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

        public bool ReplaceRecords(long version, ReadOnlyMemory<byte> snapshot)
        {
            // Ignore a snapshot that is older than the stored one, or newer than the stream because its owner was fenced
            // off.
            var isNewer = version > _snapshotVersion && version <= Version;
            if (isNewer)
            {
                Records.RemoveRange(0, (int)(version - _snapshotVersion));
                _snapshot = snapshot.ToArray();
                _snapshotVersion = version;
            }

            return isNewer;
        }
    }
}
