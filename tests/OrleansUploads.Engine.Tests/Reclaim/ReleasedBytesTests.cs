using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Engine.Tests.Reclaim;

/// <summary>When the bytes of a deleted archive are reclaimed. Time advances only when a test advances it.</summary>
public sealed class ReleasedBytesTests
{
    private static readonly byte[] Body = Some.Bytes(1000, 1);

    private readonly EngineBench _bench = new();

    [Fact]
    [Promise("operations.md", "bytes of a deleted archive")]
    public async Task Without_a_job_released_bytes_are_reclaimed_at_once()
    {
        var archive = await StoreAsync(_bench);

        await _bench.DeleteAsync(archive.Archive);

        await _bench.AwaitReclaimedAsync(archive.Upload);
        Assert.Null(await _bench.Parts.ReadManifestAsync(archive.Upload, CancellationToken.None));
    }

    [Fact]
    [Promise("operations.md", "bytes of a deleted archive")]
    public async Task An_unexpired_job_keeps_released_bytes_until_an_hour_after_its_output_expires()
    {
        var archive = await StoreAsync(_bench);
        Assert.NotNull((await _bench.RetrieveAsync(archive)).Answer);
        await _bench.DeleteAsync(archive.Archive);

        _bench.Time.Advance(Limits.JobOutputLife + JobsDecider.DownloadGrace - TimeSpan.FromMilliseconds(1));
        await _bench.Wakes.RunAsync(CancellationToken.None);
        await _bench.Collector.CollectAsync(TimeSpan.Zero, CancellationToken.None);
        Assert.Equal(Body, await _bench.ReadAsync(archive.Upload, 0, Body.Length - 1));

        _bench.Time.Advance(TimeSpan.FromMilliseconds(1));
        await _bench.Wakes.RunAsync(CancellationToken.None);
        await _bench.AwaitReclaimedAsync(archive.Upload);
    }

    [Fact]
    public async Task A_retrieval_whose_lookup_preceded_the_deletion_does_not_start_after_it()
    {
        var archive = await StoreAsync(_bench);
        var incarnation = (await _bench.AskAsync(Some.Vault.Entity, new DescribeVault(Some.Vault))).Incarnation;
        var retirements = (await _bench.AskAsync(incarnation.Jobs, new CountRetirements())).Count;
        var entry = (await _bench.FindAsync(archive.Archive))!;
        await _bench.DeleteAsync(archive.Archive);

        Assert.IsType<Refusal.ArchiveNotFound>((await _bench.RetrieveAsync(entry, retirements)).Refusal);
        _bench.Crash();
        Assert.IsType<Refusal.ArchiveNotFound>((await _bench.RetrieveAsync(entry, retirements)).Refusal);
    }

    [Fact]
    public async Task Released_bytes_left_by_a_crash_are_reclaimed_afterwards()
    {
        var refusing = true;
        var bench = new EngineBench(wrapParts: inner => new FaultyPartStore(
            inner, step => refusing && step.Call == PartStoreCall.DeleteAttempt ? PartStoreFault.Before : PartStoreFault.None));
        var archive = await StoreAsync(bench);
        await bench.DeleteAsync(archive.Archive);
        Assert.Single(await bench.Parts.AllAttemptsAsync(archive.Upload, CancellationToken.None));

        bench.Crash();
        refusing = false;
        await bench.Wakes.RunAsync(CancellationToken.None);

        await bench.AwaitReclaimedAsync(archive.Upload);
    }

    [Fact]
    public async Task An_attempt_that_may_still_be_in_progress_is_left_to_the_collector()
    {
        var archive = await StoreAsync(_bench);
        var late = _bench.Ids.NewAttempt();
        await using var writer = await _bench.Parts.CreateAsync(archive.Upload, late, 3, CancellationToken.None);

        await _bench.DeleteAsync(archive.Archive);

        await Eventually.BecomesTrueAsync(
            async () => await _bench.Parts.AllAttemptsAsync(archive.Upload, CancellationToken.None) is [var left] && left == late,
            "the bytes of the archive are deleted");
        _bench.Time.Advance(new MaintenanceOptions().AttemptGrace + TimeSpan.FromMilliseconds(1));
        Assert.Equal(
            1, (await _bench.Collector.CollectAsync(new MaintenanceOptions().AttemptGrace, CancellationToken.None)).UploadsDeleted);
        Assert.Empty(await _bench.Parts.AllAttemptsAsync(archive.Upload, CancellationToken.None));
    }

    private static async Task<ArchiveEntry> StoreAsync(EngineBench bench)
    {
        await bench.CreateVaultAsync();
        var upload = await bench.OpenUploadAsync();
        await bench.StoreAsync(upload, 0, Body);
        var archive = await bench.CompleteAsync(upload, Body);
        return (await bench.FindAsync(archive.Archive))!;
    }
}
