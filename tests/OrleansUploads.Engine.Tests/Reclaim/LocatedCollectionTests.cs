using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Reclaim;
using OrleansUploads.TestKit;

namespace OrleansUploads.Engine.Tests.Reclaim;

/// <summary>Of an upload whose bytes are kept elsewhere there is a manifest to collect, and nothing else.</summary>
public sealed class LocatedCollectionTests
{
    private readonly EngineBench _bench = new();

    private async Task<UploadId> ReportAsync()
    {
        await _bench.CreateVaultAsync();
        var upload = await _bench.OpenUploadAsync(custody: Custody.Elsewhere);
        await _bench.AskAsync(
            upload.Entity,
            new StoreLocatedPart(Some.Vault, new PartRange(0, 9), Some.Hash("a"), Some.Location("node")));
        return upload;
    }

    private async Task<ArchiveId> CompleteAsync(UploadId upload) =>
        (await _bench.AskAsync(upload.Entity, new CompleteUpload(Some.Vault, 10, Some.Hash("a")))).Archive;

    private async Task<CollectionReport> CollectAfterAsync(TimeSpan time)
    {
        _bench.Time.Advance(time);
        return await _bench.Collector.CollectAsync(AttemptCollector.DefaultGrace, CancellationToken.None);
    }

    private ValueTask<Manifest?> ManifestAsync(UploadId upload) =>
        _bench.Parts.ReadManifestAsync(upload, CancellationToken.None);

    [Fact]
    public async Task The_manifest_of_an_archive_is_never_collected()
    {
        var upload = await ReportAsync();
        await CompleteAsync(upload);

        Assert.Equal(default, await CollectAfterAsync(TimeSpan.FromDays(400)));

        Assert.NotNull(await ManifestAsync(upload));
    }

    [Fact]
    public async Task The_manifest_of_a_deleted_archive_goes_after_the_same_grace_as_bytes_do()
    {
        var upload = await ReportAsync();
        await _bench.DeleteAsync(await CompleteAsync(upload));
        var grace = new UploadPolicy().DeletedArchiveGrace;

        Assert.Equal(default, await CollectAfterAsync(grace - TimeSpan.FromMilliseconds(1)));
        Assert.NotNull(await ManifestAsync(upload));
        Assert.Equal(new CollectionReport(UploadsDeleted: 1), await CollectAfterAsync(TimeSpan.FromMilliseconds(1)));
        Assert.Null(await ManifestAsync(upload));
        Assert.Equal(default, await CollectAfterAsync(TimeSpan.Zero));
    }

    [Fact]
    public async Task The_manifest_goes_also_when_its_upload_was_forgotten_before_anybody_collected()
    {
        var upload = await ReportAsync();
        await _bench.DeleteAsync(await CompleteAsync(upload));
        _bench.Time.Advance(UploadPolicy.DefaultRecordLife);
        await _bench.Wakes.RunAsync(CancellationToken.None);
        Assert.IsType<Core.Refusal.UploadNotFound>(
            await _bench.RefusalAsync(upload.Entity, new CompleteUpload(Some.Vault, 10, Some.Hash("a"))));

        Assert.Equal(new CollectionReport(UploadsDeleted: 1), await CollectAfterAsync(TimeSpan.Zero));

        Assert.Null(await ManifestAsync(upload));
    }

    [Fact]
    public async Task An_upload_that_goes_stale_leaves_the_list_of_its_vault_and_nothing_in_the_part_store()
    {
        var upload = await ReportAsync();
        _bench.Time.Advance(UploadPolicy.DefaultStaleAfter);
        await _bench.Wakes.RunAsync(CancellationToken.None);
        await _bench.RefusalAsync(upload.Entity, new ListParts(Some.Vault, 0, 1));

        Assert.Empty((await _bench.AskAsync(Some.Vault.Entity, new ListUploads(Some.Vault, "", 1))).Uploads);
        Assert.Empty(await _bench.Parts.ListUploadsAsync(CancellationToken.None).ToListAsync());
        Assert.Equal(default, await CollectAfterAsync(TimeSpan.FromDays(2)));
    }
}
