using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Refusals;

namespace OrleansUploads.Engine.Tests.Reclaim;

/// <summary>When the bytes of a deleted archive are reclaimed. Time advances only when a test advances it.</summary>
public sealed class ReleasedBytesTests
{
    private static readonly byte[] Body = Some.Bytes(1000, 1);
    private static readonly byte[] TwoParts = Some.Bytes((int)Some.MiB + 10, 1);

    private readonly EngineBench _bench = new();

    [Fact]
    [Promise("operations.md", "bytes of a deleted archive")]
    public async Task Without_a_job_released_bytes_are_reclaimed_at_once()
    {
        var archive = await StoreAsync(_bench);

        await _bench.DeleteAsync(archive.Archive);

        await _bench.AwaitReclaimedAsync(archive.Upload);
    }

    [Fact]
    [Promise("operations.md", "bytes of a deleted archive")]
    public async Task An_unexpired_job_keeps_released_bytes_until_an_hour_after_its_output_expires()
    {
        var archive = await StoreAsync(_bench);
        Assert.NotNull((await _bench.RetrieveAsync(archive)).Answer);
        await _bench.DeleteAsync(archive.Archive);

        _bench.Time.Advance(Limits.JobOutputLife + JobsDecider.DownloadGrace - TimeSpan.FromMilliseconds(1));
        await _bench.WakeAsync();
        await _bench.CollectAsync();
        Assert.Equal(Body, await _bench.ReadAsync(archive.Upload, 0, Body.Length - 1));

        _bench.Time.Advance(TimeSpan.FromMilliseconds(1));
        await _bench.WakeAsync();
        await _bench.AwaitReclaimedAsync(archive.Upload);
    }

    [Fact]
    public async Task A_retrieval_whose_lookup_preceded_the_deletion_does_not_start_after_it()
    {
        var archive = await StoreAsync(_bench);
        var incarnation = (await _bench.DescribeVaultAsync()).Incarnation;
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
        var bench = new EngineBench(
            step => refusing && step.Call == PartStoreCall.DeleteAttempt ? PartStoreFault.Before : PartStoreFault.None);
        var archive = await StoreAsync(bench);
        await bench.DeleteAsync(archive.Archive);
        Assert.Single(await bench.StoredAsync(archive.Upload));

        bench.Crash();
        refusing = false;
        await bench.WakeAsync();

        await bench.AwaitReclaimedAsync(archive.Upload);
    }

    [Fact]
    public async Task An_attempt_that_may_still_be_in_progress_is_left_to_the_collector()
    {
        var archive = await StoreAsync(_bench, TwoParts);
        var late = _bench.Ids.NewAttempt();
        await using var writer = await _bench.Parts.CreateAsync(archive.Upload, late, 3, CancellationToken.None);

        await _bench.DeleteAsync(archive.Archive);

        await Eventually.BecomesTrueAsync(
            async () => await _bench.StoredAsync(archive.Upload) is [var left] && left == late,
            "the bytes of the archive are deleted");
        _bench.Time.Advance(new MaintenanceOptions().AttemptGrace + TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, (await _bench.CollectAsync(new MaintenanceOptions().AttemptGrace)).UploadsDeleted);
        Assert.Empty(await _bench.StoredAsync(archive.Upload));
    }

    private static async Task<ArchiveEntry> StoreAsync(EngineBench bench, byte[]? body = null)
    {
        body ??= Body;
        var upload = await bench.OpenFirstUploadAsync();
        for (var at = 0; at < body.Length; at += (int)Some.MiB)
        {
            await bench.StoreAsync(upload, at, body[at..Math.Min(at + (int)Some.MiB, body.Length)]);
        }

        var archive = await bench.CompleteAsync(upload, body);
        return (await bench.FindAsync(archive.Archive))!;
    }
}
