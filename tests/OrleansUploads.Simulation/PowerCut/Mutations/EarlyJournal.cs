using System.Collections.Concurrent;

namespace OrleansUploads.Simulation.PowerCut.Mutations;

/// <summary>Reports a record as durable when its write has only started.</summary>
internal sealed class EarlyJournal(IJournal inner) : IJournal
{
    private readonly ConcurrentDictionary<EntityId, Task> _writing = new();

    public async ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken)
    {
        await WrittenAsync(entity);
        return await inner.ReadAsync(entity, cancellationToken);
    }

    public async ValueTask<long> ReadVersionAsync(EntityId entity, CancellationToken cancellationToken)
    {
        await WrittenAsync(entity);
        return await inner.ReadVersionAsync(entity, cancellationToken);
    }

    public ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        var copy = append with { Record = append.Record.ToArray() };
        var before = _writing.GetValueOrDefault(append.Entity, Task.CompletedTask);
        _writing[append.Entity] = WriteAsync(before, copy);
        return ValueTask.FromResult(AppendOutcome.Appended);
    }

    public async ValueTask SaveSnapshotAsync(
        EntityId entity, long version, ReadOnlyMemory<byte> snapshot, CancellationToken cancellationToken)
    {
        await WrittenAsync(entity);
        await inner.SaveSnapshotAsync(entity, version, snapshot, cancellationToken);
    }

    public async ValueTask<AppendOutcome> ForgetAsync(
        EntityId entity, long expectedVersion, CancellationToken cancellationToken)
    {
        await WrittenAsync(entity);
        return await inner.ForgetAsync(entity, expectedVersion, cancellationToken);
    }

    private Task WrittenAsync(EntityId entity) => _writing.GetValueOrDefault(entity, Task.CompletedTask);

    private async Task WriteAsync(Task before, JournalAppend append)
    {
        await before;
        await inner.AppendAsync(append, CancellationToken.None);
    }
}
