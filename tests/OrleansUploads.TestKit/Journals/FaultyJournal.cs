namespace OrleansUploads.TestKit.Journals;

/// <summary>A journal that fails according to a plan, and that can hold appends.</summary>
public sealed class FaultyJournal(IJournal inner, JournalFaultPlan plan) : DelegatingJournal(inner), IWakeIndex
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(JournalOperation, EntityId), long> _calls = [];
    private HeldAppends? _held;

    /// <summary>From now on, appends wait before they are written until they are released.</summary>
    public HeldAppends HoldAppends()
    {
        lock (_gate)
        {
            return _held = new HeldAppends();
        }
    }

    public override ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken) =>
        RunAsync(JournalOperation.Read, entity, () => Inner.ReadAsync(entity, cancellationToken));

    public override ValueTask<long> ReadVersionAsync(EntityId entity, CancellationToken cancellationToken) =>
        RunAsync(JournalOperation.Read, entity, () => Inner.ReadVersionAsync(entity, cancellationToken));

    public override async ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        HeldAppends? held;
        lock (_gate)
        {
            held = _held;
        }

        if (held is not null)
        {
            await held.PassAsync(cancellationToken);
        }

        return await RunAsync(JournalOperation.Append, append.Entity, () => Inner.AppendAsync(append, cancellationToken));
    }

    public override async ValueTask SaveSnapshotAsync(
        EntityId entity, long version, ReadOnlyMemory<byte> snapshot, CancellationToken cancellationToken) =>
        await RunAsync(JournalOperation.SaveSnapshot, entity, async () =>
        {
            await Inner.SaveSnapshotAsync(entity, version, snapshot, cancellationToken);
            return true;
        });

    public override ValueTask<AppendOutcome> ForgetAsync(EntityId entity, long expectedVersion, CancellationToken cancellationToken) =>
        RunAsync(JournalOperation.Forget, entity, () => Inner.ForgetAsync(entity, expectedVersion, cancellationToken));

    /// <summary>Lists what is due in the wake index of the inner journal, without faults.</summary>
    public ValueTask<IReadOnlyList<EntityId>> ListDueAsync(DateTimeOffset dueAt, int limit, CancellationToken cancellationToken) =>
        ((IWakeIndex)Inner).ListDueAsync(dueAt, limit, cancellationToken);

    private async ValueTask<T> RunAsync<T>(JournalOperation operation, EntityId entity, Func<ValueTask<T>> call)
    {
        var fault = Next(operation, entity);
        var failure = new JournalUnavailableException($"{operation} of {entity} fails as planned.");
        if (fault == JournalFault.FailBefore)
        {
            throw failure;
        }

        var answer = await call();
        return fault == JournalFault.FailAfter ? throw failure : answer;
    }

    private JournalFault Next(JournalOperation operation, EntityId entity)
    {
        lock (_gate)
        {
            var number = _calls.GetValueOrDefault((operation, entity));
            _calls[(operation, entity)] = number + 1;
            return plan(new JournalCall(operation, entity, number));
        }
    }
}
