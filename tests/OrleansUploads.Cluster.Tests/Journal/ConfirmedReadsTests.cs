using OrleansUploads.Cluster.Journal;

namespace OrleansUploads.Cluster.Tests.Journal;

/// <summary>Journals over a storage with a standby that may be gone.</summary>
public sealed class ConfirmedReadsTests
{
    private static readonly EntityId Entity = Some.Upload(1).Entity;
    private static readonly GrainId Grain = GrainId.Create("ou-upload", "1");

    private readonly ReplicatedGrainStorage _storage = new(new SharedGrainStorage());

    [Fact]
    [Promise("cluster.md", "the standby is gone, and commits wait for it")]
    public async Task A_history_with_a_record_that_the_standby_lacks_is_not_read()
    {
        var journal = Open();
        Assert.Equal(AppendOutcome.Appended, await AppendAsync(journal, 0));
        _storage.StandbyIsGone = true;
        await Assert.ThrowsAsync<JournalUnavailableException>(() => AppendAsync(journal, 1));

        await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.ReadAsync(Entity, CancellationToken.None).AsTask());
        await Assert.ThrowsAsync<JournalUnavailableException>(() => Open().ReadAsync(Entity, CancellationToken.None).AsTask());

        _storage.StandbyIsGone = false;
        Assert.Equal(2, (await journal.ReadAsync(Entity, CancellationToken.None)).Version);
    }

    [Fact]
    public async Task A_version_that_is_known_can_be_verified_while_the_standby_is_gone()
    {
        var journal = Open();
        await AppendAsync(journal, 0);
        _storage.StandbyIsGone = true;

        Assert.Equal(1, await journal.ReadVersionAsync(Entity, CancellationToken.None));
    }

    [Fact]
    public async Task That_there_is_nothing_is_not_known_while_the_standby_is_gone()
    {
        _storage.StandbyIsGone = true;

        await Assert.ThrowsAsync<JournalUnavailableException>(() => Open().ReadVersionAsync(Entity, CancellationToken.None).AsTask());
        await Assert.ThrowsAsync<JournalUnavailableException>(() => Open().ReadAsync(Entity, CancellationToken.None).AsTask());
    }

    private static Task<AppendOutcome> AppendAsync(GrainStorageJournal journal, long version) =>
        journal.AppendAsync(new JournalAppend(Entity, version, new byte[] { 1 }, Wake: null), CancellationToken.None).AsTask();

    private GrainStorageJournal Open() => new(_storage, Grain, Entity, new ManualTime());
}
