using System.Collections.Concurrent;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Core.Settings;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Memory;
using OrleansUploads.TestKit.Journals;
using OrleansUploads.TestKit.PartStores;

namespace OrleansUploads.Cluster.Tests.Cluster;

/// <summary>Silos over one journal, without reminders: each scans its share of the entities that are due.</summary>
public sealed class SharedJournalTests
{
    /// <summary>So many that each silo has some.</summary>
    private const int Uploads = 24;

    private static readonly TimeSpan StaleAfter = TimeSpan.FromHours(1);

    /// <summary>Begins at the present, by which the uploads of the tests say when they were initiated.</summary>
    private readonly ManualTime _time = new(TimeProvider.System.GetUtcNow());
    private readonly MemoryJournal _memory = new();

    [Fact]
    public async Task Stale_uploads_expire_without_a_request_and_each_silo_wakes_its_share()
    {
        var shares = new WatchedShares(_memory);
        await using var cluster = await StartAsync(3, shares);
        await OpenUploadsAsync(cluster);

        _time.Advance(StaleAfter);

        await AllExpireAsync(cluster);
        Assert.Equal([new(0, 3), new(1, 3), new(2, 3)], shares.WithDue.OrderBy(static share => share.Number));
    }

    [Fact]
    public async Task The_share_of_a_killed_silo_is_woken_by_the_others()
    {
        await using var cluster = await StartAsync(3, new WatchedShares(_memory));
        await OpenUploadsAsync(cluster);

        await cluster.KillAsync(cluster.Silos[^1]);
        _time.Advance(StaleAfter);

        await AllExpireAsync(cluster);
    }

    [Fact]
    public async Task A_scan_in_progress_goes_on_with_the_share_of_a_silo_that_is_lost()
    {
        var shares = new WatchedShares(_memory);
        await using var cluster = await StartAsync(2, shares);
        await TickUntilAsync(
            () => shares.Asked.Contains(new(0, 2)) && shares.Asked.Contains(new(1, 2)), "both silos know of each other");
        await OpenUploadsAsync(cluster);
        shares.Clear();
        var (arrived, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        shares.BeforeDueAsync = share =>
        {
            if (share == new WakeShare(0, 2))
            {
                arrived.TrySetResult();
            }

            return release.Task;
        };

        _time.Advance(StaleAfter);
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        var silos = cluster.Silos.OrderBy(static silo => silo.SiloAddress).ToList();
        await cluster.KillAsync(silos[1]);
        var own = silos[0].ServiceProvider.GetRequiredService<SiloShare>();
        await Eventually.BecomesTrueAsync(() => own.Find() == WakeShare.Whole, "the other silo is alone");
        Assert.DoesNotContain(WakeShare.Whole, shares.Asked);
        release.SetResult();

        // No further scan begins, because the clock stands still.
        await Eventually.BecomesTrueAsync(() => shares.Asked.Contains(new(0, 1)), "the next page is one of everything");
    }

    [Fact]
    public async Task A_silo_that_joins_takes_a_share()
    {
        var shares = new WatchedShares(_memory);
        await using var cluster = await StartAsync(1, shares);
        await OpenUploadsAsync(cluster);

        await cluster.JoinAsync();
        await TickUntilAsync(
            () => shares.Asked.Contains(new(0, 2)) && shares.Asked.Contains(new(1, 2)), "both silos know of each other");
        _time.Advance(StaleAfter);

        await AllExpireAsync(cluster);
        Assert.Contains(new WakeShare(0, 2), shares.WithDue);
        Assert.Contains(new WakeShare(1, 2), shares.WithDue);
    }

    [Fact]
    public async Task What_a_cluster_left_undelivered_is_delivered_by_the_next_one_without_a_request()
    {
        var isStoring = false;
        var world = WorldOver(new WatchedShares(_memory), _memory, store => new FaultyPartStore(
            store, step => !isStoring && step.Call == PartStoreCall.PutManifest ? PartStoreFault.Before : PartStoreFault.None));
        var upload = new UploadOfManyParts(2, 1);
        await using (var before = await StartAsync(1, world))
        {
            await UploadOfManyParts.CreateVaultAsync(before.Client);
            await upload.OpenAsync(before.Client);
            await before.Client.AskWithRetriesAsync(upload.Entity, upload.Report(0, "0"));
            await before.Client.AskWithRetriesAsync(upload.Entity, upload.Report(1, "1"));
            await Assert.ThrowsAsync<EntityUnavailableException>(async () => await before.Client.AskAsync(
                upload.Entity, upload.Complete(await upload.ListAsync(before.Client)), CancellationToken.None));
        }

        isStoring = true;
        await using var after = await StartAsync(2, world);
        await TickUntilAsync(
            async () => await world.Parts.ReadManifestAsync(upload.Id, CancellationToken.None) is not null, "the manifest is stored");
        await TickUntilAsync(
            async () => (await after.Client.AskWithRetriesAsync(Some.Vault.Entity, new DescribeVault(Some.Vault))).Answer.Archives == 1,
            "the archive is counted");
    }

    [Fact]
    public async Task An_entity_that_cannot_be_woken_stays_due_and_delays_no_other()
    {
        var isFailing = false;
        var broken = new UploadOfManyParts(1, 0).Entity;
        var journal = new FaultyJournal(_memory, call => isFailing && call is { Operation: JournalOperation.Append } && call.Entity == broken
            ? JournalFault.FailBefore : JournalFault.None);
        await using var cluster = await StartAsync(2, WorldOver(new WatchedShares(_memory), journal));
        await OpenUploadsAsync(cluster);
        isFailing = true;

        _time.Advance(StaleAfter);

        await TickUntilAsync(async () => (await UploadOfManyParts.ListOpenAsync(cluster.Client)).Count == 1, "the others expire");
        Assert.Contains(broken, await _memory.ListDueAsync(_time.GetUtcNow(), Uploads, WakeShare.Whole, CancellationToken.None));
        isFailing = false;
        await AllExpireAsync(cluster);
    }

    [Fact]
    public async Task A_damaged_history_is_reported_to_the_scan_as_damaged()
    {
        var damaged = new UploadOfManyParts(1, 1).Entity;
        await using var cluster = await StartAsync(1, WorldOver(new WatchedShares(_memory), new DamagedStream(_memory, damaged)));

        var fault = await Assert.ThrowsAsync<EntityUnavailableException>(
            async () => await ((ClusterHost)cluster.Client).WakeAsync(damaged, CancellationToken.None));

        Assert.IsType<JournalDamagedException>(fault.InnerException);
    }

    private Task<ClusterBench> StartAsync(int silos, ISharedWakeIndex wakes) => StartAsync(silos, WorldOver(wakes, _memory));

    private Task<ClusterBench> StartAsync(int silos, DurableWorld world) => ClusterBench.StartAsync(world, silos, ClusterBench.Fast with
    {
        Time = _time,
        Clock = new ContinuousClock(_time),
        Engine = new EngineOptions { Uploads = new UploadPolicy { StaleAfter = StaleAfter } },
    });

    private static DurableWorld WorldOver(
        ISharedWakeIndex wakes, IJournal journal, Func<IPartStore, IPartStore>? parts = null) =>
        new(parts: parts) { Shared = new SharedStore(journal, wakes, new MemoryRows()) };

    private static async Task OpenUploadsAsync(ClusterBench cluster)
    {
        await UploadOfManyParts.CreateVaultAsync(cluster.Client);
        await Task.WhenAll(Enumerable.Range(0, Uploads).Select(number => new UploadOfManyParts(1, number).OpenAsync(cluster.Client)));
    }

    private Task AllExpireAsync(ClusterBench cluster) => TickUntilAsync(
        async () => (await UploadOfManyParts.ListOpenAsync(cluster.Client)).Count == 0, "all uploads expire");

    private Task TickUntilAsync(Func<bool> condition, string what) => TickUntilAsync(() => Task.FromResult(condition()), what);

    /// <summary>Lets the silos scan again and again, until a condition is true.</summary>
    private Task TickUntilAsync(Func<Task<bool>> condition, string what) => Eventually.BecomesTrueAsync(
        async () =>
        {
            _time.Advance(new MaintenanceOptions().WakeInterval);
            return await condition();
        },
        what);

    /// <summary>Remembers which shares were asked for, and which of them had something due.</summary>
    private sealed class WatchedShares(MemoryJournal inner) : ISharedWakeIndex
    {
        private readonly ConcurrentDictionary<WakeShare, bool> _shares = new();

        /// <summary>Awaited before something due is listed.</summary>
        public Func<WakeShare, Task> BeforeDueAsync { get; set; } = static _ => Task.CompletedTask;

        public IEnumerable<WakeShare> Asked => _shares.Keys;

        public void Clear() => _shares.Clear();

        public IEnumerable<WakeShare> WithDue => _shares.Where(static share => share.Value).Select(static share => share.Key);

        public async ValueTask<IReadOnlyList<EntityId>> ListDueAsync(
            DateTimeOffset dueAt, int limit, WakeShare share, CancellationToken cancellationToken)
        {
            var due = await inner.ListDueAsync(dueAt, limit, share, cancellationToken);
            if (due.Count > 0)
            {
                await BeforeDueAsync(share);
            }

            _shares.AddOrUpdate(share, due.Count > 0, (_, had) => had || due.Count > 0);
            return due;
        }
    }

    private sealed class DamagedStream(IJournal inner, EntityId damaged) : DelegatingJournal(inner)
    {
        public override ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken) =>
            entity == damaged ? throw new JournalDamagedException("A byte has changed.") : Inner.ReadAsync(entity, cancellationToken);
    }
}
