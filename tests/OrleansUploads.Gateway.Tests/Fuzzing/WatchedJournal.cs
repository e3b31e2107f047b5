using System.Collections.Concurrent;
using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

internal sealed class WatchedJournal(IJournal inner) : DelegatingJournal(inner)
{
    private readonly ConcurrentQueue<(EntityId Entity, long Version)> _written = new();

    public int Count => _written.Count;

    public IReadOnlyList<(EntityId Entity, long Version)> Since(int count) => [.. _written.Skip(count)];

    public override async ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        var outcome = await Inner.AppendAsync(append, cancellationToken);
        _written.Enqueue((append.Entity, append.ExpectedVersion));
        return outcome;
    }
}
