using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Settings;
using OrleansUploads.Engine.Bytes;

namespace OrleansUploads.Engine.Tests.Reclaim;

/// <summary>Collection of uploads with external bytes, whose only stored object is the manifest.</summary>
public sealed class ExternalCollectionTests
{
    private readonly EngineBench _bench = new();

    private async Task<UploadId> ReportAsync()
    {
        await _bench.CreateVaultAsync();
        var upload = await _bench.OpenUploadAsync(storage: ByteStorage.External);
        await _bench.AskAsync(
            upload.Entity,
            new ReportExternalPart(Some.Vault, new PartRange(0, 9), Some.Hash("a"), Some.Location("node")));
        return upload;
    }

    private async Task<ArchiveId> CompleteAsync(UploadId upload) =>
        (await _bench.AskAsync(upload.Entity, new CompleteUpload(Some.Vault, 10, Some.Hash("a")))).Archive;

    private async Task<CollectionReport> CollectAfterAsync(TimeSpan time)
    {
        _bench.Time.Advance(time);
        return await _bench.Collector.CollectAsync(new MaintenanceOptions().AttemptGrace, CancellationToken.None);
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
    public async Task The_manifest_of_a_deleted_archive_is_reclaimed_at_once_like_its_bytes()
    {
        var upload = await ReportAsync();
        await _bench.DeleteAsync(await CompleteAsync(upload));

        await _bench.Host.DisposeAsync();

        Assert.Null(await ManifestAsync(upload));
    }

    [Fact]
    public async Task A_stale_upload_is_removed_from_its_vaults_list_and_leaves_nothing_in_the_part_store()
    {
        var upload = await ReportAsync();
        _bench.Time.Advance(UploadPolicy.DefaultStaleAfter);
        await _bench.Wakes.RunAsync(CancellationToken.None);
        await _bench.RefusalAsync(upload.Entity, new ListParts(Some.Vault, 0, 1));

        Assert.Empty(await _bench.ListUploadsAsync(1));
        Assert.Empty(await _bench.Parts.ListUploadsAsync(CancellationToken.None).ToListAsync());
        Assert.Equal(default, await CollectAfterAsync(TimeSpan.FromDays(2)));
    }
}
