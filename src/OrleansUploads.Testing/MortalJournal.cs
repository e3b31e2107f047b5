using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Testing;

/// <summary>A journal that can end at any moment, as it does when its process is killed: what was acknowledged is kept, and nothing more is
/// written or read.</summary>
internal sealed class MortalJournal(IJournal inner) : IJournal
{
    private volatile bool _hasEnded;

    public void End() => _hasEnded = true;

    public ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken)
    {
        RequireAlive();
        return inner.ReadAsync(entity, cancellationToken);
    }

    public ValueTask<long> ReadVersionAsync(EntityId entity, CancellationToken cancellationToken)
    {
        RequireAlive();
        return inner.ReadVersionAsync(entity, cancellationToken);
    }

    public ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        RequireAlive();
        return inner.AppendAsync(append, cancellationToken);
    }

    public ValueTask SaveSnapshotAsync(EntityId entity, long version, ReadOnlyMemory<byte> snapshot, CancellationToken cancellationToken)
    {
        RequireAlive();
        return inner.SaveSnapshotAsync(entity, version, snapshot, cancellationToken);
    }

    public ValueTask<AppendOutcome> ForgetAsync(EntityId entity, long expectedVersion, CancellationToken cancellationToken)
    {
        RequireAlive();
        return inner.ForgetAsync(entity, expectedVersion, cancellationToken);
    }

    private void RequireAlive()
    {
        if (_hasEnded)
        {
            throw new JournalUnavailableException("The server of the test was killed.");
        }
    }
}
