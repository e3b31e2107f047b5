using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Settings;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Reading;

namespace OrleansUploads.Engine.Tests.Retrieval;

public sealed class InventoryReaderTests
{
    private const int Archives = 700;

    private static readonly InventorySelection All = new(default, Limit: null, After: null);

    private readonly Shards _shards = new(Archives);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(InventoryReader.DefaultPageArchives)]
    public async Task Every_archive_is_listed_once_at_any_shard_page_size(int pageArchives)
    {
        var pages = await ReadAsync(All, pageArchives);
        var listed = pages.SelectMany(page => page.Archives).Select(entry => entry.Archive).ToList();
        Assert.Equal(Archives, listed.Count);
        Assert.Equal(_shards.Ids, listed.ToHashSet());
        Assert.All(pages, page => Assert.InRange(page.Archives.Count, 1, pageArchives));
        Assert.All(pages.SkipLast(1), page => Assert.True(page.HasMore));
        Assert.False(pages[^1].HasMore);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(3, 2)]
    [InlineData(99, 256)]
    [InlineData(Archives - 1, 256)]
    [InlineData(Archives, 1)]
    [InlineData(Archives + 1, 256)]
    public async Task A_limited_list_continues_where_the_previous_one_ended(int limit, int pageArchives)
    {
        var whole = (await ReadAsync(All, pageArchives)).SelectMany(page => page.Archives).ToList();
        var listed = new List<ArchiveEntry>();
        bool more;
        do
        {
            var pages = await ReadAsync(
                new InventorySelection(default, limit, listed is [.., var last] ? last.Archive : null), pageArchives);
            var part = pages.SelectMany(page => page.Archives).ToList();
            Assert.Equal(Math.Min(limit, Archives - listed.Count), part.Count);
            listed.AddRange(part);
            more = pages[^1].HasMore;
            Assert.Equal(listed.Count < Archives, more);
        }
        while (more);

        Assert.Equal(whole, listed);
    }

    [Fact]
    public async Task Only_as_many_nonempty_shards_are_read_as_the_limit_requires_and_few_ahead()
    {
        await ReadAsync(All, InventoryReader.DefaultPageArchives);
        Assert.Equal(_shards.Count, _shards.Reads);
        _shards.Reads = 0;
        await ReadAsync(All with { Limit = 1 }, InventoryReader.DefaultPageArchives);
        Assert.InRange(_shards.Reads, 1, 2 + InventoryReader.ShardsAhead);
        _shards.Reads = 0;
        await using var pages = new InventoryReader(_shards).ReadAsync(_shards.Inventory, All, CancellationToken.None).GetAsyncEnumerator();
        await pages.MoveNextAsync();
        Assert.Equal(2 + InventoryReader.ShardsAhead, _shards.Reads);
    }

    [Fact]
    public async Task A_list_can_continue_after_a_deleted_archive()
    {
        var whole = (await ReadAsync(All, 10)).SelectMany(page => page.Archives).ToList();
        var last = whole[123].Archive;
        _shards.Delete(last);
        var rest = await ReadAsync(All with { After = last }, 10);
        Assert.Equal(whole[124..], rest.SelectMany(page => page.Archives));
    }

    [Fact]
    public async Task An_inventory_is_unchanged_after_all_archives_are_deleted_and_the_process_restarts()
    {
        const int Few = 100;
        const int Shard = 7;
        var bench = new EngineBench();
        await bench.CreateVaultAsync();
        var incarnation = (await bench.DescribeVaultAsync()).Incarnation;
        var entries = Enumerable.Range(0, Few).Select(i => Some.Archive(i)).ToList();
        foreach (var entry in entries)
        {
            await bench.AskAsync(incarnation.ArchiveShard(Shard), new AddArchive(incarnation, Shard, entry));
        }

        var before = await bench.AskAsync(Some.Vault.Entity, new TakeInventorySnapshot(Some.Vault));
        foreach (var entry in entries)
        {
            await bench.AskAsync(incarnation.ArchiveShard(Shard), Some.Deletion(entry.Archive, bench.Time.GetUtcNow()));
        }

        bench.Crash();
        var after = await bench.AskAsync(Some.Vault.Entity, new TakeInventorySnapshot(Some.Vault));
        var reader = new InventoryReader(bench.Host);
        var kept = await reader.ReadAsync(before, All, CancellationToken.None).ToListAsync();
        Assert.Equal(
            entries.Select(entry => entry.Archive).ToHashSet(),
            kept.SelectMany(page => page.Archives).Select(entry => entry.Archive).ToHashSet());
        Assert.Empty(await reader.ReadAsync(after, All, CancellationToken.None).ToListAsync());
    }

    private async Task<List<ArchivesPage>> ReadAsync(InventorySelection selection, int pageArchives) =>
        await new InventoryReader(_shards, pageArchives).ReadAsync(_shards.Inventory, selection, CancellationToken.None)
            .ToListAsync();

    private sealed class Shards : IEntityHost
    {
        private readonly Dictionary<EntityId, DeciderDriver<ArchiveShardState, ArchiveShardCommand, ArchiveShardEvent>> _byId = [];

        public Shards(int archives)
        {
            for (var i = 0; i < archives; i++)
            {
                var entry = Some.Archive(i);
                Ids.Add(entry.Archive);
                var shard = Some.Incarnation.ShardOf(entry.Archive);
                var entity = Some.Incarnation.ArchiveShard(shard);
                if (!_byId.TryGetValue(entity, out var driver))
                {
                    driver = _byId[entity] = new(new ArchiveShardDecider(new UploadPolicy(), new RetrievalPolicy()));
                }

                driver.Do(new AddArchive(Some.Incarnation, shard, entry));
            }
        }

        public HashSet<ArchiveId> Ids { get; } = [];

        public int Count => _byId.Count;

        public int Reads { get; set; }

        public InventorySnapshot Inventory => new(
            Some.Incarnation,
            Some.Noon,
            [.. Enumerable.Range(0, Some.Incarnation.Shards).Select(shard =>
                _byId.TryGetValue(Some.Incarnation.ArchiveShard(shard), out var driver) ? driver.State.Totals.Version : 0)]);

        public void Delete(ArchiveId archive)
        {
            var shard = _byId[Some.Incarnation.ArchiveShard(archive)];
            shard.ConfirmAll();
            shard.Do(Some.Deletion(archive, shard.Now));
        }

        public ValueTask<TrackedAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken)
        {
            Reads++;
            return ValueTask.FromResult(new TrackedAnswer(_byId[entity].Do((ArchiveShardCommand)command).Answer));
        }
    }
}
