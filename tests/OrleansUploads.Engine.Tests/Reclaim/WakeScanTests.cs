using OrleansUploads.Core;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.TestKit;
using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Engine.Tests.Reclaim;

public sealed class WakeScanTests
{
    private const int Uploads = 700;

    [Fact]
    public async Task However_many_entities_are_due_at_once_all_are_woken_by_one_scan()
    {
        var bench = new EngineBench();
        await OpenUploadsAsync(bench);
        bench.Time.Advance(UploadPolicy.DefaultStaleAfter);

        Assert.InRange(await bench.Wakes.RunAsync(CancellationToken.None), Uploads, 2 * Uploads);

        Assert.Empty((await bench.AskAsync(Some.Vault.Entity, new ListUploads(Some.Vault, "", 1))).Uploads);
    }

    [Fact]
    public async Task A_page_full_of_entities_that_cannot_be_woken_ends_the_scan_but_fewer_do_not_keep_it_from_the_others()
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

        var left = (await bench.AskAsync(Some.Vault.Entity, new ListUploads(Some.Vault, "", Uploads))).Uploads;
        Assert.Equal(
            uploads.Take(200).Select(upload => upload.ToString()).Order(StringComparer.Ordinal),
            left.Select(opening => opening.Upload.ToString()));
        broken.UnionWith(uploads.Select(upload => upload.Entity));
        Assert.Equal(0, await bench.Wakes.RunAsync(CancellationToken.None));
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
}
