using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>A write on its way through the queue, and the caller that waits for it.</summary>
/// <remarks>Cancellation counts until the writer takes it up; from then on the write ends as it ends.</remarks>
internal abstract class PendingWrite(EntityId entity, CancellationToken cancellationToken) : IWork
{
    private readonly TaskCompletionSource<AppendOutcome> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private AppendOutcome _outcome;

    /// <summary>The stream.</summary>
    public EntityId Entity { get; } = entity;

    /// <inheritdoc/>
    public abstract int SizeBytes { get; }

    /// <summary>Ends when the write's outcome is durable, or unknown.</summary>
    public Task<AppendOutcome> Ended => _ended.Task;

    /// <summary>Ends a write whose caller has given up already; false if it has not.</summary>
    public bool EndIfCancelled() => cancellationToken.IsCancellationRequested && _ended.TrySetCanceled(cancellationToken);

    /// <summary>Does it within the transaction; the caller hears nothing yet.</summary>
    public void Apply(JournalTables tables) => _outcome = Write(tables);

    /// <summary>Tells the caller what <see cref="Apply"/> found; it is durable now.</summary>
    public void Succeed() => _ended.SetResult(_outcome);

    /// <summary>Tells the caller that the outcome is unknown.</summary>
    public void Fail(Exception exception) => _ended.SetException(exception);

    /// <summary>The write itself.</summary>
    protected abstract AppendOutcome Write(JournalTables tables);
}

/// <summary>An append on its way.</summary>
internal sealed class PendingAppend(in JournalAppend append, CancellationToken cancellationToken)
    : PendingWrite(append.Entity, cancellationToken)
{
    private readonly JournalAppend _append = append;

    /// <inheritdoc/>
    public override int SizeBytes => _append.Record.Length;

    /// <inheritdoc/>
    protected override AppendOutcome Write(JournalTables tables) => tables.Append(_append);
}

/// <summary>A snapshot on its way.</summary>
internal sealed class PendingSnapshot(
    EntityId entity, long version, ReadOnlyMemory<byte> snapshot, CancellationToken cancellationToken)
    : PendingWrite(entity, cancellationToken)
{
    /// <inheritdoc/>
    public override int SizeBytes => snapshot.Length;

    /// <inheritdoc/>
    protected override AppendOutcome Write(JournalTables tables)
    {
        tables.SaveSnapshot(Entity, version, snapshot.Span);
        return AppendOutcome.Appended;
    }
}

/// <summary>The deletion of a stream on its way.</summary>
internal sealed class PendingForget(EntityId entity, long expectedVersion, CancellationToken cancellationToken)
    : PendingWrite(entity, cancellationToken)
{
    /// <inheritdoc/>
    public override int SizeBytes => 0;

    /// <inheritdoc/>
    protected override AppendOutcome Write(JournalTables tables) => tables.Forget(Entity, expectedVersion);
}
