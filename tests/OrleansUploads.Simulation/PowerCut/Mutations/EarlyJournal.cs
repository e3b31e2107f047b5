namespace OrleansUploads.Simulation.PowerCut.Mutations;

/// <summary>Reports a record as durable before its write begins. The write begins with the next record of any entity, or with the next other
/// call for the same entity. So a power cut finds an acknowledged record that is not written, even on a fast disk.</summary>
internal sealed class EarlyJournal(IJournal inner) : DelegatingJournal(inner)
{
    private readonly ConcurrentDictionary<EntityId, Task> _writing = new();
    private HeldRecord? _held;

    public override async ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken)
    {
        await WrittenAsync(entity);
        return await Inner.ReadAsync(entity, cancellationToken);
    }

    public override async ValueTask<long> ReadVersionAsync(EntityId entity, CancellationToken cancellationToken)
    {
        await WrittenAsync(entity);
        return await Inner.ReadVersionAsync(entity, cancellationToken);
    }

    public override ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        var copy = append with { Record = append.Record.ToArray() };
        var before = _writing.GetValueOrDefault(append.Entity, Task.CompletedTask);
        var held = new HeldRecord(append.Entity);
        _writing[append.Entity] = WriteAsync(Task.WhenAll(before, held.Begun.Task), copy);
        Interlocked.Exchange(ref _held, held)?.Begun.TrySetResult();
        return ValueTask.FromResult(AppendOutcome.Appended);
    }

    public override async ValueTask SaveSnapshotAsync(
        EntityId entity, long version, ReadOnlyMemory<byte> snapshot, CancellationToken cancellationToken)
    {
        await WrittenAsync(entity);
        await Inner.SaveSnapshotAsync(entity, version, snapshot, cancellationToken);
    }

    public override async ValueTask<AppendOutcome> ForgetAsync(
        EntityId entity, long expectedVersion, CancellationToken cancellationToken)
    {
        await WrittenAsync(entity);
        return await Inner.ForgetAsync(entity, expectedVersion, cancellationToken);
    }

    private Task WrittenAsync(EntityId entity)
    {
        if (Volatile.Read(ref _held) is { } held && held.Entity == entity)
        {
            held.Begun.TrySetResult();
        }

        return _writing.GetValueOrDefault(entity, Task.CompletedTask);
    }

    private async Task WriteAsync(Task before, JournalAppend append)
    {
        await before;
        await Inner.AppendAsync(append, CancellationToken.None);
    }

    private sealed record HeldRecord(EntityId Entity)
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
