using OrleansUploads.Engine.Attempts;
using OrleansUploads.Engine.Checking;

namespace OrleansUploads.Engine.Tests.Checking;

/// <summary>Checks an upload while its engine changes it at the worst moment: between the check's reads of the journal and
/// of the bytes.</summary>
public sealed class UploadCheckTests : IAsyncLifetime
{
    private static readonly byte[] Bytes = PartBytes.Of(TreeHash.LeafBytes, seed: 1);

    private readonly TemporaryFolder _root = new();
    private readonly ManualTime _time = new();
    private FolderEngine _engine = null!;
    private UploadId _upload;
    private AttemptId _attempt;

    public async ValueTask InitializeAsync()
    {
        _engine = FolderEngine.Open(_root.Path, _time);
        await _engine.Host.CreateVaultAsync();
        _upload = await _engine.Engine.Paths.ArchiveIntake.OpenUploadAsync();
        _attempt = await StoreAsync(0, seed: 1);
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _root.Dispose();
    }

    [Fact]
    public async Task A_part_replaced_and_collected_during_the_check_is_not_damage()
    {
        Assert.Empty(await CheckAsync(duringCheck: async () =>
        {
            await StoreAsync(0, seed: 2);
            await _engine.Parts.DeleteAttemptAsync(_upload, _attempt, default);
        }));
    }

    [Fact]
    public async Task An_upload_aborted_and_collected_during_the_check_is_not_damage()
    {
        Assert.Empty(await CheckAsync(duringCheck: async () =>
        {
            await _engine.Host.AnswerAsync(_upload.Entity, new AbortUpload(ClientCalls.Incarnation));
            await _engine.Parts.DeleteUploadAsync(_upload, default);
        }));
    }

    [Fact]
    public async Task An_archive_deleted_and_collected_during_the_check_is_not_damage()
    {
        var archive = (await _engine.Host.CompleteAsync(_upload, Bytes)).Archive;

        Assert.Empty(await CheckAsync(duringCheck: async () =>
        {
            await _engine.Host.AnswerAsync(ShardOf(archive), Some.Deletion(archive, _time.GetUtcNow()));
            await _engine.Parts.DeleteUploadAsync(_upload, default);
        }));
    }

    [Fact]
    public async Task A_lost_part_is_damage_even_if_its_upload_changes_during_the_check()
    {
        var damage = await CheckAsync(duringCheck: async () =>
        {
            await _engine.Parts.DeleteAttemptAsync(_upload, _attempt, default);
            await StoreAsync(1, seed: 3);
        });

        Assert.Equal($"parts/{StoredNames.PathOf(_upload, _attempt)}", Assert.Single(damage).File);
    }

    [Fact]
    public async Task Wrong_bytes_with_valid_checksums_are_found_by_their_tree_hash()
    {
        await _engine.Parts.DeleteAttemptAsync(_upload, _attempt, default);
        var other = PartBytes.Of(TreeHash.LeafBytes, seed: 4);
        await using (var writer = await _engine.Parts.CreateAsync(_upload, _attempt, other.Length, default))
        {
            await writer.WriteAsync(other, default);
            await writer.CommitAsync(PartBytes.Leaves(Bytes), default);
        }

        Assert.Empty(await CheckAsync());
        Assert.Contains("was acknowledged", Assert.Single(await CheckAsync(isDeep: true)).What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_attempt_whose_length_differs_from_the_acknowledged_one_is_named()
    {
        await _engine.Parts.DeleteAttemptAsync(_upload, _attempt, default);
        await _engine.Parts.StoreAsync(_upload, _attempt, PartBytes.Of(100, seed: 5));

        Assert.Contains("it has 100 bytes", Assert.Single(await CheckAsync()).What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_missing_from_its_index_is_named()
    {
        var archive = (await _engine.Host.CompleteAsync(_upload, Bytes)).Archive;
        Assert.Empty(await CheckAsync());
        await _engine.DisposeAsync();
        await using (var journal = SqliteJournal.Open(_root.Path))
        {
            var version = await journal.ReadVersionAsync(ShardOf(archive), default);
            Assert.Equal(AppendOutcome.Appended, await journal.ForgetAsync(ShardOf(archive), version, default));
        }

        _engine = FolderEngine.Open(_root.Path, _time);
        var found = Assert.Single(await CheckAsync());
        Assert.Equal((DamageKind.Index, archive), (found.Kind, found.Archive));
    }

    private async Task<IReadOnlyCollection<Damage>> CheckAsync(Func<Task>? duringCheck = null, bool isDeep = false)
    {
        using var journal = JournalInspection.Open(_root.Path);
        var states = new EntityStates(journal);
        var parts = new FaultyPartStore(_engine.Parts, _ =>
        {
            var interfere = duringCheck;
            duringCheck = null;
            interfere?.Invoke().GetAwaiter().GetResult();
            return PartStoreFault.None;
        });
        var attempts = new AttemptCheck(parts, isDeep, new ReadPace(null, _time));
        return (await new UploadCheck(states, parts, "parts/", attempts, new AgreementCheck(states)).CheckAsync(_upload, default)).Damage;
    }

    private async Task<AttemptId> StoreAsync(int slot, int seed)
    {
        var attempt = _engine.Ids.NewAttempt();
        var bytes = PartBytes.Of(TreeHash.LeafBytes, seed);
        await _engine.Parts.StoreAsync(_upload, attempt, bytes);
        await _engine.Host.AnswerAsync(
            _upload.Entity, new StorePart(ClientCalls.Incarnation, ClientCalls.SlotRange(slot), TreeHasher.Compute(bytes), attempt));
        return attempt;
    }

    private static EntityId ShardOf(ArchiveId archive) => ClientCalls.Incarnation.ArchiveShard(archive);
}
