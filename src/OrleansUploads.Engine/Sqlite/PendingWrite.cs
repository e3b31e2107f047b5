using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>A queued write and the task that its caller waits for.</summary>
/// <remarks>Cancellation counts only until the writer starts the write.</remarks>
internal abstract class PendingWrite(EntityId entity, CancellationToken cancellationToken) : IWork
{
    private readonly TaskCompletionSource<AppendOutcome> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private AppendOutcome _outcome;

    /// <summary>The stream.</summary>
    public EntityId Entity { get; } = entity;

    /// <inheritdoc/>
    public abstract int SizeBytes { get; }

    /// <summary>Completes when the outcome of the write is durable or unknown.</summary>
    public Task<AppendOutcome> Ended => _ended.Task;

    /// <summary>Ends a write that its caller has cancelled; false if it is not cancelled.</summary>
    public bool EndIfCancelled() => cancellationToken.IsCancellationRequested && _ended.TrySetCanceled(cancellationToken);

    /// <summary>Performs the write within the transaction. The caller is not answered yet.</summary>
    public void Apply(JournalTables tables) => _outcome = Write(tables);

    /// <summary>Returns the outcome of <see cref="Apply"/>, which is now durable, to the caller.</summary>
    public void Succeed() => _ended.SetResult(_outcome);

    /// <summary>Reports to the caller that the outcome is unknown.</summary>
    public void Fail(Exception exception) => _ended.SetException(exception);

    /// <summary>The write itself.</summary>
    protected abstract AppendOutcome Write(JournalTables tables);
}

/// <summary>A queued append.</summary>
internal sealed class PendingAppend(in JournalAppend append, CancellationToken cancellationToken)
    : PendingWrite(append.Entity, cancellationToken)
{
    private readonly JournalAppend _append = append;

    /// <inheritdoc/>
    public override int SizeBytes => _append.Record.Length;

    /// <inheritdoc/>
    protected override AppendOutcome Write(JournalTables tables) => tables.Append(_append);
}

/// <summary>A queued snapshot.</summary>
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

/// <summary>A queued deletion of a stream.</summary>
internal sealed class PendingForget(EntityId entity, long expectedVersion, CancellationToken cancellationToken)
    : PendingWrite(entity, cancellationToken)
{
    /// <inheritdoc/>
    public override int SizeBytes => 0;

    /// <inheritdoc/>
    protected override AppendOutcome Write(JournalTables tables) => tables.Forget(Entity, expectedVersion);
}
