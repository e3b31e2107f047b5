namespace OrleansUploads.Cluster.Tests.Storage;

/// <summary>A journal that stores records at once, but answers the first appends late.</summary>
internal sealed class LateAnswers(IJournal inner) : IJournal
{
    private bool _isLate = true;

    /// <summary>What the answers to the late appends wait for.</summary>
    public TaskCompletionSource Answer { get; } = new();

    /// <summary>From now on, appends are answered at once.</summary>
    public void Release() => _isLate = false;

    public ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken) =>
        inner.ReadAsync(entity, cancellationToken);

    public ValueTask<long> ReadVersionAsync(EntityId entity, CancellationToken cancellationToken) =>
        inner.ReadVersionAsync(entity, cancellationToken);

    public async ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        var answer = _isLate ? Answer.Task : Task.CompletedTask;
        var outcome = await inner.AppendAsync(append, cancellationToken);
        await answer;
        return outcome;
    }

    public ValueTask SaveSnapshotAsync(
        EntityId entity, long version, ReadOnlyMemory<byte> snapshot, CancellationToken cancellationToken) =>
        inner.SaveSnapshotAsync(entity, version, snapshot, cancellationToken);

    public ValueTask<AppendOutcome> ForgetAsync(EntityId entity, long expectedVersion, CancellationToken cancellationToken) =>
        inner.ForgetAsync(entity, expectedVersion, cancellationToken);
}
