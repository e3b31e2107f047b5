namespace OrleansUploads.TestKit.Journals;

/// <summary>Another journal. A test overrides the members in which its own differs.</summary>
public abstract class DelegatingJournal(IJournal inner) : IJournal
{
    protected IJournal Inner => inner;

    public virtual ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken) =>
        inner.ReadAsync(entity, cancellationToken);

    public virtual ValueTask<long> ReadVersionAsync(EntityId entity, CancellationToken cancellationToken) =>
        inner.ReadVersionAsync(entity, cancellationToken);

    public virtual ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken) =>
        inner.AppendAsync(append, cancellationToken);

    public virtual ValueTask SaveSnapshotAsync(
        EntityId entity, long version, ReadOnlyMemory<byte> snapshot, CancellationToken cancellationToken) =>
        inner.SaveSnapshotAsync(entity, version, snapshot, cancellationToken);

    public virtual ValueTask<AppendOutcome> ForgetAsync(EntityId entity, long expectedVersion, CancellationToken cancellationToken) =>
        inner.ForgetAsync(entity, expectedVersion, cancellationToken);
}
