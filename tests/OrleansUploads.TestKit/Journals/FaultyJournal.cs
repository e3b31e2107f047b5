namespace OrleansUploads.TestKit.Journals;

/// <summary>A journal that fails according to a plan, and that can hold appends.</summary>
public sealed class FaultyJournal(IJournal inner, JournalFaultPlan plan) : IJournal, IWakeIndex
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(JournalOperation, EntityId), long> _calls = [];
    private readonly Dictionary<JournalFault, int> _faults = [];
    private HeldAppends? _held;

    /// <summary>Number of calls that got a fault so far. Tests should check that it is not 0.</summary>
    public int Count(JournalFault fault)
    {
        lock (_gate)
            return _faults.GetValueOrDefault(fault);
    }

    /// <summary>From now on, appends wait before they are written until they are released.</summary>
    public HeldAppends HoldAppends()
    {
        lock (_gate)
            return _held = new HeldAppends();
    }

    public async ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken)
    {
        JournalFault fault = Next(JournalOperation.Read, entity);
        if (fault is JournalFault.FailBefore or JournalFault.FailAfter)
            throw Failure(JournalOperation.Read, entity);
        return await inner.ReadAsync(entity, cancellationToken);
    }

    public async ValueTask<long> ReadVersionAsync(EntityId entity, CancellationToken cancellationToken)
    {
        JournalFault fault = Next(JournalOperation.Read, entity);
        if (fault is JournalFault.FailBefore or JournalFault.FailAfter)
            throw Failure(JournalOperation.Read, entity);
        return await inner.ReadVersionAsync(entity, cancellationToken);
    }

    public async ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        HeldAppends? held;
        lock (_gate)
            held = _held;
        if (held is not null)
            await held.PassAsync(cancellationToken);
        return await WriteAsync(
            JournalOperation.Append, append.Entity, () => inner.AppendAsync(append, cancellationToken));
    }

    public async ValueTask SaveSnapshotAsync(
        EntityId entity, long version, ReadOnlyMemory<byte> snapshot, CancellationToken cancellationToken)
    {
        await WriteAsync(JournalOperation.SaveSnapshot, entity, async () =>
        {
            await inner.SaveSnapshotAsync(entity, version, snapshot, cancellationToken);
            return AppendOutcome.Appended;
        });
    }

    public ValueTask<AppendOutcome> ForgetAsync(EntityId entity, long expectedVersion, CancellationToken cancellationToken) =>
        WriteAsync(JournalOperation.Forget, entity, () => inner.ForgetAsync(entity, expectedVersion, cancellationToken));

    /// <exception cref="NotSupportedException">The inner journal has no wake index.</exception>
    public async ValueTask<IReadOnlyList<EntityId>> ListDueAsync(
        DateTimeOffset dueAt, int limit, CancellationToken cancellationToken)
    {
        if (inner is not IWakeIndex wakes)
            throw new NotSupportedException("The inner journal has no wake index.");
        JournalFault fault = Next(JournalOperation.ListDue, default);
        if (fault is JournalFault.FailBefore or JournalFault.FailAfter)
            throw Failure(JournalOperation.ListDue, default);
        return await wakes.ListDueAsync(dueAt, limit, cancellationToken);
    }

    private async ValueTask<AppendOutcome> WriteAsync(
        JournalOperation operation, EntityId entity, Func<ValueTask<AppendOutcome>> write)
    {
        JournalFault fault = Next(operation, entity);
        if (fault == JournalFault.FailBefore)
            throw Failure(operation, entity);
        if (fault == JournalFault.Conflict)
            return AppendOutcome.Conflict;
        AppendOutcome outcome = await write();
        return fault == JournalFault.FailAfter ? throw Failure(operation, entity) : outcome;
    }

    private JournalFault Next(JournalOperation operation, EntityId entity)
    {
        lock (_gate)
        {
            long number = _calls.GetValueOrDefault((operation, entity));
            _calls[(operation, entity)] = number + 1;
            JournalFault fault = plan(new JournalCall(operation, entity, number));
            _faults[fault] = _faults.GetValueOrDefault(fault) + 1;
            return fault;
        }
    }

    private static JournalUnavailableException Failure(JournalOperation operation, EntityId entity) =>
        new($"{operation} of {entity} fails as planned.");
}
