namespace OrleansUploads.Simulation.World;

/// <summary>The durable streams, shared by the journals of all processes.</summary>
internal sealed class SimulatedJournal
{
    private readonly Dictionary<EntityId, Stream> _streams = [];

    public Action<JournalAppend>? Appended { get; set; }

    public JournalHistory Read(EntityId entity) =>
        _streams.TryGetValue(entity, out var stream) ? stream.Read() : JournalHistory.None;

    public long VersionOf(EntityId entity) => _streams.TryGetValue(entity, out var stream) ? stream.Version : 0;

    public AppendOutcome Append(JournalAppend append)
    {
        var stream = _streams.GetValueOrDefault(append.Entity) ?? new Stream();
        if (stream.Version != append.ExpectedVersion)
        {
            return AppendOutcome.Conflict;
        }

        stream.Records.Add(append.Record);
        Appended?.Invoke(append);
        if (append.Wake is { } wake)
        {
            stream.WakeAt = wake.At is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds()) : null;
        }

        _streams[append.Entity] = stream;
        return AppendOutcome.Appended;
    }

    public bool SaveSnapshot(EntityId entity, long version, ReadOnlyMemory<byte> snapshot) =>
        _streams.TryGetValue(entity, out var stream) && stream.CutAt(version, snapshot);

    public AppendOutcome Forget(EntityId entity, long expectedVersion)
    {
        if (VersionOf(entity) != expectedVersion)
        {
            return AppendOutcome.Conflict;
        }

        _streams.Remove(entity);
        return AppendOutcome.Appended;
    }

    public IReadOnlyList<EntityId> ListDue(DateTimeOffset dueAt, int limit) => [.. _streams
        .Where(stream => stream.Value.WakeAt <= dueAt)
        .OrderBy(stream => stream.Value.WakeAt)
        .ThenBy(stream => stream.Key.Kind)
        .ThenBy(stream => stream.Key.Key, StringComparer.Ordinal)
        .Take(limit)
        .Select(stream => stream.Key)];

    private sealed class Stream
    {
        private long _snapshotVersion;
        private ReadOnlyMemory<byte>? _snapshot;

        public List<ReadOnlyMemory<byte>> Records { get; } = [];

        public DateTimeOffset? WakeAt { get; set; }

        public long Version => _snapshotVersion + Records.Count;

        public JournalHistory Read() => new(Version, _snapshot, [.. Records], WakeAt);

        public bool CutAt(long version, ReadOnlyMemory<byte> snapshot)
        {
            if (version <= _snapshotVersion || version > Version)
            {
                return false;
            }

            Records.RemoveRange(0, (int)(version - _snapshotVersion));
            _snapshot = snapshot;
            _snapshotVersion = version;
            return true;
        }
    }
}
