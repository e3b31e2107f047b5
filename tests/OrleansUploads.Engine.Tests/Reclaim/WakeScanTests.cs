using OrleansUploads.Core.Settings;
using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Engine.Tests.Reclaim;

public sealed class WakeScanTests
{
    private const int Uploads = 700;

    [Fact]
    public async Task One_scan_wakes_all_due_entities()
    {
        var bench = new EngineBench();
        await OpenUploadsAsync(bench);
        bench.Time.Advance(UploadPolicy.DefaultStaleAfter);

        Assert.InRange(await bench.Wakes.RunAsync(CancellationToken.None), Uploads, 2 * Uploads);

        Assert.Empty(await bench.ListUploadsAsync(1));
    }

    [Fact]
    public async Task A_scan_continues_past_failing_entities_until_a_whole_page_fails()
    {
        var broken = new HashSet<EntityId>();
        var bench = new EngineBench(inner => new FaultyJournal(
            inner,
            call => broken.Contains(call.Entity) && call.Operation == JournalOperation.Append
                ? JournalFault.FailBefore
                : JournalFault.None));
        var uploads = await OpenUploadsAsync(bench);
        broken.UnionWith(uploads.Take(200).Select(upload => upload.Entity));
        bench.Time.Advance(UploadPolicy.DefaultStaleAfter);

        await bench.Wakes.RunAsync(CancellationToken.None);

        var left = await bench.ListUploadsAsync(Uploads);
        Assert.Equal(
            uploads.Take(200).Select(upload => upload.ToString()).Order(StringComparer.Ordinal),
            left.Select(spec => spec.Upload.ToString()));
        broken.UnionWith(uploads.Select(upload => upload.Entity));
        Assert.Equal(0, await bench.Wakes.RunAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Damaged_entities_do_not_keep_others_asleep_even_if_they_fill_a_page()
    {
        var damaged = new HashSet<EntityId>();
        var bench = new EngineBench(inner => new DamagedStreams(inner, damaged));
        var uploads = await OpenUploadsAsync(bench);
        damaged.UnionWith(uploads.Take(300).Select(upload => upload.Entity));
        bench.Time.Advance(UploadPolicy.DefaultStaleAfter);

        await bench.Wakes.RunAsync(CancellationToken.None);

        var left = await bench.ListUploadsAsync(Uploads);
        Assert.Equal(
            uploads.Take(300).Select(upload => upload.ToString()).Order(StringComparer.Ordinal),
            left.Select(spec => spec.Upload.ToString()));
    }

    private static async Task<List<UploadId>> OpenUploadsAsync(EngineBench bench)
    {
        await bench.CreateVaultAsync();
        var uploads = new List<UploadId>();
        for (var number = 0; number < Uploads; number++)
        {
            uploads.Add(await bench.OpenUploadAsync());
        }

        return uploads;
    }

    /// <summary>A journal in which some histories cannot be read.</summary>
    private sealed class DamagedStreams(IJournal inner, HashSet<EntityId> damaged) : DelegatingJournal(inner)
    {
        public override ValueTask<JournalHistory> ReadAsync(EntityId entity, CancellationToken cancellationToken) =>
            damaged.Contains(entity) ? throw new JournalDamagedException("A byte has changed.") : Inner.ReadAsync(entity, cancellationToken);
    }
}
