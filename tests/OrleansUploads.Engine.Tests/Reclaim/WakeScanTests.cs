using OrleansUploads.Core.Settings;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Engine.Tests.Reclaim;

public sealed class WakeScanTests
{
    private const int Uploads = 700;

    private readonly HashSet<EntityId> _broken = [];

    [Fact]
    public async Task One_scan_wakes_all_due_entities()
    {
        var bench = new EngineBench();
        await OpenUploadsAsync(bench);

        Assert.InRange(await bench.WakeAsync(), Uploads, 2 * Uploads);

        Assert.Empty(await bench.ListUploadsAsync(1));
    }

    [Fact]
    public async Task Due_entities_are_woken_together_so_that_a_slow_one_delays_few_others()
    {
        var (bench, hold) = EngineBench.Holding();
        await OpenUploadsAsync(bench);
        var held = hold();

        var scan = bench.WakeAsync();

        await held.WhenArrivedAsync(WakeScan.AtOnce, Cancellation);
        held.ReleaseAll();
        Assert.InRange(await scan, Uploads, 2 * Uploads);
    }

    [Fact]
    public async Task Slow_entities_delay_none_of_their_page()
    {
        var slow = new TaskCompletionSource();
        var woken = 0;
        EntityId[] due = [.. Enumerable.Range(0, 256).Select(static number => new EntityId(EntityKind.Upload, $"{number}"))];
        var pages = new Queue<IReadOnlyList<EntityId>>([due, []]);
        var scan = new WakeScan(
            new ContinuousClock(new ManualTime(Some.Noon)),
            (_, _, _) => ValueTask.FromResult(pages.Dequeue()),
            (entity, _) =>
            {
                woken++;
                return entity.Key.EndsWith("00", StringComparison.Ordinal) ? new ValueTask(slow.Task) : ValueTask.CompletedTask;
            }).RunAsync(CancellationToken.None).AsTask();

        Assert.Equal(due.Length, woken);
        Assert.False(scan.IsCompleted);
        slow.SetResult();
        Assert.Equal(due.Length, await scan);
    }

    [Fact]
    public async Task A_scan_continues_past_failing_entities_until_a_whole_page_fails()
    {
        var bench = new EngineBench(call => _broken.Contains(call.Entity) && call.Operation == JournalOperation.Append
            ? JournalFault.FailBefore
            : JournalFault.None);
        var uploads = await OpenUploadsAsync(bench);
        await AssertOthersWokenAsync(bench, uploads[..200]);

        _broken.UnionWith(uploads.Select(upload => upload.Entity));
        Assert.Equal(0, await bench.WakeAsync());
    }

    [Fact]
    public async Task Damaged_entities_do_not_keep_others_asleep_even_if_they_fill_a_page()
    {
        var bench = new EngineBench(inner => new DamagedStreams(inner, _broken));

        await AssertOthersWokenAsync(bench, (await OpenUploadsAsync(bench))[..300]);
    }

    /// <summary>Breaks some uploads, and asserts that a scan wakes all others.</summary>
    private async Task AssertOthersWokenAsync(EngineBench bench, List<UploadId> broken)
    {
        _broken.UnionWith(broken.Select(upload => upload.Entity));

        await bench.WakeAsync();

        Assert.Equal(
            broken.Select(upload => upload.ToString()).Order(StringComparer.Ordinal),
            (await bench.ListUploadsAsync(Uploads)).Select(entry => entry.Upload.ToString()));
    }

    private static async Task<List<UploadId>> OpenUploadsAsync(EngineBench bench)
    {
        await bench.CreateVaultAsync();
        var uploads = new List<UploadId>();
        for (var number = 0; number < Uploads; number++)
        {
            uploads.Add(await bench.OpenUploadAsync());
        }

        bench.Time.Advance(UploadPolicy.DefaultStaleAfter);
        return uploads;
    }

    /// <summary>A journal in which some histories cannot be read.</summary>
    private sealed class DamagedStreams(IJournal inner, HashSet<EntityId> damaged) : DelegatingJournal(inner)
    {
        public override ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken) =>
            damaged.Contains(entity) ? throw new JournalDamagedException("A byte has changed.") : Inner.ReadAsync(entity, cancellationToken);
    }
}
