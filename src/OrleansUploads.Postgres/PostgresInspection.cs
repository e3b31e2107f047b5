using System.Runtime.CompilerServices;

namespace OrleansUploads.Postgres;

/// <summary>Read-only access to a journal that silos may be using.</summary>
internal sealed class PostgresInspection(PostgresJournal journal) : IInspectedJournal
{
    private const int PageStreams = 1000;

    /// <summary>Streams share nothing, and no row counts them. A lost one is noticed by those that refer to it.</summary>
    public IReadOnlyList<string> CheckWhole() => [];

    /// <inheritdoc/>
    public async IAsyncEnumerable<ListedEntity> ListStreamsAsync(
        EntityKind? kind, string after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (start, end) = StreamText.RangeOf(kind);
        var last = string.CompareOrdinal(after, start) > 0 ? after : start;
        while (await journal.ListAsync(last, end, PageStreams, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var entity in page)
            {
                last = StreamText.Of(entity);
                yield return new ListedEntity(last, entity);
            }
        }
    }

    public ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken) =>
        journal.InspectAsync(entity, cancellationToken);
}
