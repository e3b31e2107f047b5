using System.Threading.Tasks.Sources;

namespace OrleansUploads.Engine.Sqlite;

/// <summary>A queued write that its caller awaits once.</summary>
/// <remarks>Cancellation counts only until the writer starts the write. The caller continues on the thread that runs
/// <see cref="Execute"/>, so the writer leaves that to the thread pool.</remarks>
internal abstract class PendingWrite(EntityId entity, CancellationToken cancellationToken)
    : IThreadPoolWorkItem, IValueTaskSource<AppendOutcome>
{
    private ManualResetValueTaskSourceCore<AppendOutcome> _ended;
    private AppendOutcome _outcome;
    private Exception? _failure;

    public EntityId Entity { get; } = entity;

    /// <summary>Size of the payload in bytes.</summary>
    public abstract int SizeBytes { get; }

    public ValueTask<AppendOutcome> Ended => new(this, _ended.Version);

    /// <summary>Whether the caller has cancelled the write. It then fails and must not be applied.</summary>
    public bool FailIfCancelled()
    {
        if (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }

        Fail(new OperationCanceledException(cancellationToken));
        return true;
    }

    public bool HasFailed => _failure is not null;

    /// <summary>Performs the write within the transaction. The caller is not answered yet.</summary>
    public void Apply(JournalTables tables) => _outcome = Write(tables);

    public void Fail(Exception failure) => _failure = failure;

    /// <summary>Answers the caller: with the outcome of <see cref="Apply"/>, which is now durable, or with the failure.</summary>
    public void Execute()
    {
        if (_failure is { } failure)
        {
            _ended.SetException(failure);
        }
        else
        {
            _ended.SetResult(_outcome);
        }
    }

    AppendOutcome IValueTaskSource<AppendOutcome>.GetResult(short token) => _ended.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<AppendOutcome>.GetStatus(short token) => _ended.GetStatus(token);

    void IValueTaskSource<AppendOutcome>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _ended.OnCompleted(continuation, state, token, flags);

    protected abstract AppendOutcome Write(JournalTables tables);
}

internal sealed class PendingAppend(in JournalAppend append, CancellationToken cancellationToken)
    : PendingWrite(append.Entity, cancellationToken)
{
    private readonly JournalAppend _append = append;

    public override int SizeBytes => _append.Record.Length;

    protected override AppendOutcome Write(JournalTables tables) => tables.Append(_append);
}

/// <summary>A queued snapshot.</summary>
internal sealed class PendingSnapshot(
    EntityId entity, long version, ReadOnlyMemory<byte> snapshot, CancellationToken cancellationToken)
    : PendingWrite(entity, cancellationToken)
{
    public override int SizeBytes => snapshot.Length;

    protected override AppendOutcome Write(JournalTables tables)
    {
        tables.SaveSnapshot(Entity, version, snapshot.Span);
        return AppendOutcome.Appended;
    }
}

internal sealed class PendingForget(EntityId entity, long expectedVersion, CancellationToken cancellationToken)
    : PendingWrite(entity, cancellationToken)
{
    public override int SizeBytes => 0;

    protected override AppendOutcome Write(JournalTables tables) => tables.Forget(Entity, expectedVersion);
}
