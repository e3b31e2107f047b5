using System.Collections.Concurrent;
using OrleansUploads.Cluster.Journal;

namespace OrleansUploads.Cluster.Tests.Journal;

/// <summary>Combines a journal per entity into one, so that the conformance tests can use it.</summary>
/// <param name="storage">Keeps the rows.</param>
/// <param name="prefix">The beginning of all grain keys. Journals with different prefixes share no rows.</param>
internal sealed class CombinedJournals(IGrainStorage storage, string prefix = "") : IJournal
{
    private readonly ConcurrentDictionary<EntityId, GrainStorageJournal> _journals = new();

    public ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken) =>
        Of(entity).ReadAsync(entity, cancellationToken);

    public ValueTask<long> ReadVersionAsync(EntityId entity, CancellationToken cancellationToken) =>
        Of(entity).ReadVersionAsync(entity, cancellationToken);

    public ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken) =>
        Of(append.Entity).AppendAsync(append, cancellationToken);

    public ValueTask SaveSnapshotAsync(
        EntityId entity, long version, ReadOnlyMemory<byte> snapshot, CancellationToken cancellationToken) =>
        Of(entity).SaveSnapshotAsync(entity, version, snapshot, cancellationToken);

    public ValueTask<AppendOutcome> ForgetAsync(EntityId entity, long expectedVersion, CancellationToken cancellationToken) =>
        Of(entity).ForgetAsync(entity, expectedVersion, cancellationToken);

    private GrainStorageJournal Of(EntityId entity) => _journals.GetOrAdd(entity, Open, storage);

    private GrainStorageJournal Open(EntityId entity, IGrainStorage storage) => new(
        storage, GrainId.Create("ou-test", $"{prefix}{entity.Kind}{entity.Key}"), entity, TimeProvider.System);
}
