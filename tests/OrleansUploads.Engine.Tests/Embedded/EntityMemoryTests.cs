using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Memory;
using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Engine.Tests.Embedded;

public sealed class EntityMemoryTests : IAsyncDisposable
{
    private const int MaxIdleEntities = 40;
    private const long MaxIdleBytes = MaxIdleEntities * EntityActivation.BareBytes;

    private readonly ManualTime _time = new();
    private readonly FaultyJournal _journal = new(new MemoryJournal(), JournalFaultPlans.None);
    private readonly HashSet<EntityId> _reads = [];
    private readonly EmbeddedHost _host;

    public EntityMemoryTests()
    {
        var options = new EmbeddedHostOptions { MaxIdleBytes = MaxIdleBytes };
        _host = new EmbeddedHost(
            new EntityCatalog(new EngineOptions()),
            new ReadLog(_journal, _reads),
            new MemoryPartStore(),
            _time,
            options);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Idle_entities_stay_in_memory_up_to_the_limit()
    {
        for (var number = 0; number < 1000; number++)
        {
            await LoadAsync(number);
            Assert.InRange(_host.HeldBytes, 0, MaxIdleBytes);
            Assert.InRange(_host.LoadedEntities, 1, MaxIdleEntities);
        }

        Assert.InRange(_host.LoadedEntities, MaxIdleEntities / 2, MaxIdleEntities);
    }

    [Fact]
    public async Task The_longest_idle_entities_are_dropped_first()
    {
        for (var number = 0; number < 10 * MaxIdleEntities; number++)
        {
            await LoadAsync(0);
            await LoadAsync(number);
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        _reads.Clear();
        for (var age = 1; age <= MaxIdleEntities / 2; age++)
        {
            await LoadAsync((10 * MaxIdleEntities) - age);
        }

        await LoadAsync(0);
        Assert.Empty(_reads);
        await LoadAsync(1);
        Assert.Equal([Upload(1)], _reads);
    }

    [Fact]
    public async Task A_scan_does_not_drop_the_entities_in_use()
    {
        for (var number = 0; number < MaxIdleEntities / 2; number++)
        {
            await LoadAsync(number);
        }

        for (var shard = 0; shard < 10 * MaxIdleEntities; shard++)
        {
            await ScanAsync(shard);
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        _reads.Clear();
        for (var number = 0; number < MaxIdleEntities / 2; number++)
        {
            await LoadAsync(number);
        }

        Assert.Empty(_reads);
    }

    [Fact]
    public async Task An_entity_that_only_a_scan_has_asked_leaves_memory_after_its_last_answer()
    {
        await LoadAsync(0);
        var before = (_host.LoadedEntities, _host.HeldBytes);
        await ScanAsync(0);
        Assert.Equal(before, (_host.LoadedEntities, _host.HeldBytes));

        var list = new ListArchives(1, null, 1, default);
        Assert.False(list.IsDoneAfter(new ArchivesPage([], HasMore: true)));
        Assert.True(list.IsDoneAfter(new ArchivesPage([], HasMore: false)));
    }

    [Fact]
    public async Task A_scan_does_not_drop_an_entity_that_another_command_has_asked()
    {
        _ = await _host.AskAsync(Shard(0), new FindArchive(Some.Archive(1).Archive), Cancellation);
        await ScanAsync(0);
        _reads.Clear();
        await ScanAsync(0);
        Assert.Empty(_reads);
    }

    [Fact]
    public async Task Entities_in_use_stay_in_memory_above_the_limit_until_they_are_idle()
    {
        var held = _journal.HoldAppends();
        var creations = Enumerable.Range(0, 3 * MaxIdleEntities).Select(CreateVaultAsync).ToList();
        await held.WhenArrivedAsync(creations.Count, Cancellation);
        Assert.Equal(3 * MaxIdleEntities, _host.LoadedEntities);
        Assert.True(_host.HeldBytes > 3 * MaxIdleBytes);

        held.ReleaseAll();
        await Task.WhenAll(creations);
        _host.EvictIdle();

        Assert.InRange(_host.HeldBytes, 0, MaxIdleBytes);
        Assert.InRange(_host.LoadedEntities, 0, MaxIdleEntities);
    }

    [Fact]
    public async Task An_entity_counts_as_much_as_its_history_and_dropping_all_entities_resets_the_count()
    {
        await CreateVaultAsync(0);
        await _host.AskAsync(
            Vault(0).Entity,
            new AddTags(Vault(0), Enumerable.Range(0, 10).ToDictionary(tag => $"tag-{tag}", _ => new string('x', 200))),
            Cancellation);
        Assert.InRange(_host.HeldBytes, (2 * EntityActivation.BareBytes) + 2000, (2 * EntityActivation.BareBytes) + 4000);
        var before = _host.HeldBytes;

        _time.Advance(new EmbeddedHostOptions().IdleLife * 2);
        Assert.Equal(0, _host.HeldBytes);

        await _host.AskAsync(Vault(0).Entity, new DescribeVault(Vault(0)), Cancellation);
        await _host.AskAsync(Account(0).Entity, new ListVaults("", 1), Cancellation);
        Assert.Equal(before, _host.HeldBytes);
    }

    private static EntityId Upload(int number) => Some.Upload(number).Entity;

    private static AccountId Account(int number) => Some.AccountNumbered($"{number:D12}");

    private static VaultId Vault(int number) => Some.VaultNamed(Account(number), "vault");

    private static EntityId Shard(int number) =>
        new VaultIncarnation(Some.Vault, 1, VaultIncarnation.ManyShards).ArchiveShard(number);

    private async Task LoadAsync(int number)
    {
        var outcome = await _host.AskAsync(Upload(number), new ListParts(Some.Incarnation, 0, 1), Cancellation);
        Assert.IsType<Refusal.UploadNotFound>(outcome.Refusal);
    }

    private async Task ScanAsync(int shard)
    {
        _ = (await _host.AskAsync(Shard(shard), new ListArchives(1, null, 1, default), Cancellation)).Answer;
    }

    private async Task CreateVaultAsync(int number) =>
        _ = (await _host.AskAsync(Account(number).Entity, new CreateVault(Vault(number)), Cancellation)).Answer;

    private sealed class ReadLog(IJournal inner, HashSet<EntityId> reads) : DelegatingJournal(inner)
    {
        public override ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken)
        {
            lock (reads)
            {
                reads.Add(entity);
            }

            return Inner.ReadAsync(entity, cancellationToken);
        }
    }
}
