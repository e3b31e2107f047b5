using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Records which streams were written to.</summary>
internal sealed class WatchedJournal(IJournal inner) : IJournal
{
    private readonly Lock _gate = new();
    private readonly List<(EntityId Entity, long Version)> _written = [];

    /// <summary>The size of all records, in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>The number of records in all streams.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _written.Count;
            }
        }
    }

    /// <summary>The records appended after the first <paramref name="count"/> ones.</summary>
    public IReadOnlyList<(EntityId Entity, long Version)> Since(int count)
    {
        lock (_gate)
        {
            return _written[count..];
        }
    }

    public ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken) =>
        inner.ReadAsync(entity, cancellationToken);

    public ValueTask<long> ReadVersionAsync(EntityId entity, CancellationToken cancellationToken) =>
        inner.ReadVersionAsync(entity, cancellationToken);

    public async ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        var outcome = await inner.AppendAsync(append, cancellationToken);
        lock (_gate)
        {
            _written.Add((append.Entity, append.ExpectedVersion));
            Bytes += append.Record.Length;
        }

        return outcome;
    }

    public ValueTask SaveSnapshotAsync(
        EntityId entity, long version, ReadOnlyMemory<byte> snapshot, CancellationToken cancellationToken) =>
        inner.SaveSnapshotAsync(entity, version, snapshot, cancellationToken);

    public ValueTask<AppendOutcome> ForgetAsync(EntityId entity, long expectedVersion, CancellationToken cancellationToken) =>
        inner.ForgetAsync(entity, expectedVersion, cancellationToken);
}
