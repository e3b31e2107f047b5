using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Settings;
using OrleansUploads.Engine.Collecting;
using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Engine.Tests.Reclaim;

public sealed class AttemptCollectorTests
{
    private static readonly byte[] Body = Some.Bytes(1000, 1);
    private static readonly byte[] Other = Some.Bytes(1000, 2);
    private static readonly TimeSpan Grace = new MaintenanceOptions().AttemptGrace;

    private readonly EngineBench _bench = new();

    private async Task<CollectionReport> CollectAfterAsync(TimeSpan time)
    {
        _bench.Time.Advance(time);
        return await _bench.CollectAsync(Grace);
    }

    private Task<CollectionReport> CollectLaterAsync() => CollectAfterAsync(Grace + TimeSpan.FromMilliseconds(1));

    /// <summary>Leaves the state of a server that was killed between storing the bytes and reporting them.</summary>
    private static async Task<AttemptId> LeaveOrphanAsync(EngineBench bench, UploadId upload)
    {
        var attempt = bench.Ids.NewAttempt();
        await bench.Parts.StoreAsync(upload, attempt, [1, 2, 3]);
        return attempt;
    }

    [Fact]
    [Promise("operations.md", "bytes of an aborted or expired upload")]
    public async Task Only_the_bytes_of_an_aborted_upload_are_reclaimed_at_once()
    {
        var open = await _bench.OpenFirstUploadAsync();
        await _bench.StoreAsync(open, 0, Body);
        await LeaveOrphanAsync(_bench, open);
        var completed = await _bench.OpenUploadAsync();
        await _bench.StoreAsync(completed, 0, Body);
        await _bench.CompleteAsync(completed, Body);
        var aborted = await _bench.OpenUploadAsync();
        await _bench.StoreAsync(aborted, 0, Body);
        await _bench.AskAsync(aborted.Entity, new AbortUpload(ClientCalls.Incarnation));

        await _bench.AwaitReclaimedAsync(aborted);
        Assert.Equal(2, (await _bench.StoredAsync(open)).Count);
        Assert.Single(await _bench.StoredAsync(completed));
        Assert.Null((await _bench.StoreAsync(open, 0, Other)).Refusal);
    }

    [Fact]
    [Promise("operations.md", "bytes that no upload or archive owns")]
    public async Task An_orphan_is_collected_after_its_grace_period_and_a_part_is_not()
    {
        var upload = await _bench.OpenFirstUploadAsync();
        await _bench.StoreAsync(upload, 0, Body);
        var part = Assert.Single(await _bench.StoredAsync(upload));
        await LeaveOrphanAsync(_bench, upload);

        Assert.Equal(default, await _bench.CollectAsync(Grace));
        Assert.Equal(new CollectionReport(AttemptsDeleted: 1), await CollectLaterAsync());

        Assert.Equal([part], await _bench.StoredAsync(upload));
    }

    [Fact]
    public async Task Nothing_is_collected_if_an_owner_may_be_missed()
    {
        var upload = await _bench.OpenFirstUploadAsync();
        var orphan = await LeaveOrphanAsync(_bench, upload);
        _bench.Time.Advance(Grace * 2);
        var collector = new AttemptCollector(
            _bench.Host, _bench.Parts, _bench.Host.Clock, _ => throw new JournalDamagedException("A name is damaged."));

        await Assert.ThrowsAsync<JournalDamagedException>(
            () => collector.CollectAsync(TimeSpan.Zero, CancellationToken.None).AsTask());

        Assert.Equal([orphan], await _bench.StoredAsync(upload));
    }

    [Fact]
    public async Task An_attempt_that_begins_while_the_owner_is_asked_is_kept()
    {
        var upload = _bench.Ids.NewUpload();
        await LeaveOrphanAsync(_bench, upload);
        _bench.Time.Advance(Grace * 2);
        AttemptId? begun = null;
        var host = new InterruptedHost(_bench.Host, async () => begun ??= await LeaveOrphanAsync(_bench, upload));

        await new AttemptCollector(host, _bench.Parts, _bench.Host.Clock).CollectAsync(Grace, CancellationToken.None);

        Assert.Equal([begun!.Value], await _bench.StoredAsync(upload));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Orphans_on_several_pages_are_collected_a_page_at_a_time_and_parts_are_kept(bool completes)
    {
        const int Orphans = 2500;
        PageWatch? watch = null;
        var bench = new EngineBench(wrapParts: inner => watch = new PageWatch(inner));
        var upload = await bench.OpenFirstUploadAsync();
        for (var i = 0; i < Orphans; i++)
        {
            await LeaveOrphanAsync(bench, upload);
            bench.Time.Advance(TimeSpan.FromMilliseconds(1));
        }

        await bench.StoreAsync(upload, 0, Body);
        if (completes)
        {
            await bench.CompleteAsync(upload, Body);
        }

        bench.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(new CollectionReport(AttemptsDeleted: Orphans), await bench.CollectAsync());
        Assert.Equal([1000, 1000, 500], watch!.Deleted);
        Assert.Single(await bench.StoredAsync(upload));
    }

    [Fact]
    public async Task A_page_that_cannot_be_deleted_is_not_counted_and_is_collected_later()
    {
        var isUnavailable = true;
        var bench = new EngineBench(
            step => isUnavailable && step.Call == PartStoreCall.DeleteAttempt ? PartStoreFault.Unavailable : PartStoreFault.None);
        var upload = await bench.OpenFirstUploadAsync();
        await bench.StoreAsync(upload, 0, Body);
        await bench.StoreAsync(upload, 0, Other);
        bench.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(new CollectionReport(UploadsSkipped: 1), await bench.CollectAsync());
        isUnavailable = false;
        Assert.Equal(new CollectionReport(AttemptsDeleted: 1), await bench.CollectAsync());
    }

    [Fact]
    public async Task A_collected_attempt_never_becomes_a_part_even_if_reported_late()
    {
        var upload = await _bench.OpenFirstUploadAsync();
        var orphan = await LeaveOrphanAsync(_bench, upload);
        await CollectLaterAsync();

        var refusal = await _bench.RefusalAsync(
            upload.Entity, new StorePart(ClientCalls.Incarnation, new PartRange(0, 2), Some.Hash("a"), orphan));

        Assert.IsType<Refusal.AttemptCollected>(refusal);
    }

    [Fact]
    [Promise("operations.md", "a part is refused because it is as old as collected bytes (408)")]
    public async Task A_collector_with_a_fast_clock_does_not_block_later_parts()
    {
        var upload = await _bench.OpenFirstUploadAsync();
        await _bench.StoreAsync(upload, 0, Other);
        await _bench.StoreAsync(upload, 0, Body);
        var ahead = new ManualTime(_bench.Time.GetUtcNow() + TimeSpan.FromDays(3));
        _bench.Time.Advance(TimeSpan.FromMinutes(1));

        await new AttemptCollector(_bench.Host, _bench.Parts, new ContinuousClock(ahead)).CollectAsync(Grace, CancellationToken.None);

        Assert.Null((await _bench.StoreAsync(upload, 0, Other)).Refusal);
    }

    [Fact]
    public async Task A_collection_that_deletes_nothing_sets_no_fence()
    {
        var upload = await _bench.OpenFirstUploadAsync();
        await _bench.StoreAsync(upload, 0, Body);
        var attempt = _bench.Ids.NewAttempt();

        Assert.Equal(default, await CollectLaterAsync());

        var report = new StorePart(ClientCalls.Incarnation, new PartRange(0, 2), Some.Hash("a"), attempt);
        Assert.Same(Done.Instance, await _bench.AskAsync(upload.Entity, report));
    }

    [Fact]
    [Promise("README.md", "Storage does not leak: after reclamation, the part store holds only bytes that belong to open uploads and archives")]
    public async Task A_completed_upload_keeps_exactly_the_attempts_in_its_manifest()
    {
        var upload = await _bench.OpenFirstUploadAsync();
        await _bench.StoreAsync(upload, 0, Other);
        await _bench.StoreAsync(upload, 0, Body);
        await _bench.CompleteAsync(upload, Body);
        await LeaveOrphanAsync(_bench, upload);
        Assert.Equal(3, (await _bench.StoredAsync(upload)).Count);

        Assert.Equal(2, (await CollectLaterAsync()).AttemptsDeleted);

        Assert.Equal(Body, await _bench.ReadAsync(upload, 0, Body.Length - 1));
    }

    [Fact]
    public async Task The_manifest_of_an_external_archive_is_collected_only_after_its_deletion()
    {
        var upload = await _bench.OpenFirstUploadAsync(storage: ByteStorage.External);
        var hashes = new[] { Some.Hash("a"), Some.Hash("b") };
        foreach (var slot in (int[])[0, 1])
        {
            await _bench.AskAsync(upload.Entity, new ReportExternalPart(
                ClientCalls.Incarnation, ClientCalls.SlotRange(slot), hashes[slot], Some.Location("node")));
        }

        var archive = (await _bench.AskAsync(
            upload.Entity, new CompleteUpload(ClientCalls.Incarnation, 2 * Some.MiB, TreeHasher.Combine(hashes)))).Archive;

        Assert.Equal(default, await CollectAfterAsync(TimeSpan.FromDays(400)));
        Assert.NotNull(await _bench.Parts.ReadManifestAsync(upload, CancellationToken.None));

        await _bench.DeleteAsync(archive);
        await _bench.AwaitReclaimedAsync(upload);
    }

    [Fact]
    [Promise("README.md", "Storage does not leak: after reclamation, the part store holds only bytes that belong to open uploads and archives")]
    [Promise("operations.md", "bytes of an aborted or expired upload")]
    public async Task An_aborted_upload_keeps_nothing_even_if_its_bytes_could_not_be_deleted_at_once()
    {
        var failed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var bench = new EngineBench(step =>
            step.Call == PartStoreCall.DeleteAttempt && failed.TrySetResult() ? PartStoreFault.Unavailable : PartStoreFault.None);
        var upload = await bench.OpenFirstUploadAsync();
        await bench.StoreAsync(upload, 0, Body);
        await bench.AskAsync(upload.Entity, new AbortUpload(ClientCalls.Incarnation));
        await failed.Task;
        Assert.Single(await bench.StoredAsync(upload));

        bench.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, (await bench.CollectAsync()).UploadsDeleted);

        Assert.Empty(await bench.StoredAsync(upload));
    }

    [Theory]
    [InlineData(ByteStorage.Gateway)]
    [InlineData(ByteStorage.External)]
    public async Task A_stale_upload_is_reclaimed_with_its_bytes_and_removed_from_the_vaults_list(ByteStorage storage)
    {
        var upload = await _bench.OpenFirstUploadAsync(storage: storage);
        await _bench.StoreAsync(upload, 0, Body);
        _bench.Time.Advance(UploadPolicy.DefaultStaleAfter);

        await _bench.WakeAsync();
        await _bench.RefusalAsync(upload.Entity, new ListParts(ClientCalls.Incarnation, 0, 1));
        await CollectLaterAsync();

        Assert.Empty(await _bench.Parts.ListUploadsAsync(CancellationToken.None).ToListAsync());
        Assert.Empty(await _bench.ListUploadsAsync(1));
    }

    [Fact]
    public async Task Nothing_is_deleted_while_the_owner_is_unreachable()
    {
        var failing = false;
        var bench = new EngineBench((JournalCall _) => failing ? JournalFault.FailBefore : JournalFault.None);
        var upload = await bench.OpenFirstUploadAsync();
        await bench.StoreAsync(upload, 0, Body);
        bench.Crash();
        failing = true;

        Assert.Equal(new CollectionReport(UploadsSkipped: 1), await bench.CollectAsync());
        Assert.Single(await bench.StoredAsync(upload));
    }

    [Fact]
    public async Task An_upload_in_an_unavailable_store_is_skipped_logged_and_counted_and_collected_later()
    {
        var isUnavailable = true;
        var log = new RecordedLog();
        var bench = new EngineBench(
            step => isUnavailable && step.Call == PartStoreCall.DeleteUpload ? PartStoreFault.Unavailable : PartStoreFault.None, log);
        var upload = bench.Ids.NewUpload();
        await LeaveOrphanAsync(bench, upload);
        bench.Time.Advance(TimeSpan.FromMinutes(1));
        using var skipped = new OwnMeasurements("orleansuploads.uploads.skipped");

        Assert.Equal(new CollectionReport(UploadsSkipped: 1), await bench.CollectAsync());

        Assert.Equal(1, skipped.Sum);
        var entry = Assert.Single(log.Entries);
        Assert.StartsWith($"The collector skipped upload {upload} ", entry.Text, StringComparison.Ordinal);
        Assert.IsType<PartStoreUnavailableException>(entry.Fault);
        isUnavailable = false;
        Assert.Equal(1, (await bench.CollectAsync()).UploadsDeleted);
    }

    [Fact]
    public async Task An_upload_whose_folder_may_not_be_read_does_not_stop_the_collection_of_others()
    {
        ForbiddenUploads? forbidden = null;
        var bench = new EngineBench(wrapParts: inner => forbidden = new ForbiddenUploads(inner));
        for (var upload = 0; upload < 3; upload++)
        {
            await LeaveOrphanAsync(bench, bench.Ids.NewUpload());
        }

        forbidden!.Upload = await bench.Parts.ListUploadsAsync(CancellationToken.None).FirstAsync(CancellationToken.None);
        bench.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(new CollectionReport(AttemptsDeleted: 2, UploadsDeleted: 2, UploadsSkipped: 1), await bench.CollectAsync());
    }

    [Fact]
    public async Task The_deletion_of_ended_uploads_stops_without_an_error_when_the_host_is_closed_before_it()
    {
        var log = new RecordedLog();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var closed = new TaskCompletionSource();
        var bench = new EngineBench(wrapParts: inner => new ClosedStore(inner, asked, closed.Task), log: log);
        await bench.AskAsync((await bench.OpenFirstUploadAsync()).Entity, new AbortUpload(ClientCalls.Incarnation));
        await asked.Task;
        await bench.Host.DisposeAsync();

        closed.SetException(new ObjectDisposedException(nameof(ClosedStore)));

        Assert.Empty(log.Entries);
    }

    [Fact]
    public async Task An_ended_upload_whose_folder_may_not_be_read_does_not_keep_the_bytes_of_later_ones()
    {
        ForbiddenUploads? forbidden = null;
        var log = new RecordedLog();
        var bench = new EngineBench(wrapParts: inner => forbidden = new ForbiddenUploads(inner), log: log);
        UploadId[] uploads = [await bench.OpenFirstUploadAsync(), await bench.OpenUploadAsync()];
        forbidden!.Upload = uploads[0];
        foreach (var upload in uploads)
        {
            await bench.StoreAsync(upload, 0, Body);
            await bench.AskAsync(upload.Entity, new AbortUpload(ClientCalls.Incarnation));
        }

        await bench.AwaitReclaimedAsync(uploads[1]);
        await Eventually.BecomesTrueAsync(() => log.Entries.Count > 0, "the failure is logged");

        var left = await bench.Parts.ListUploadsAsync(CancellationToken.None).ToListAsync(CancellationToken.None);
        Assert.Equal(forbidden.Upload, Assert.Single(left));
        Assert.IsType<UnauthorizedAccessException>(Assert.Single(log.Entries).Fault);
    }

    [Fact]
    public async Task A_report_that_races_a_collection_is_either_kept_or_refused_and_never_left_without_bytes()
    {
        for (var round = 0; round < 100; round++)
        {
            var bench = new EngineBench();
            var upload = await bench.OpenFirstUploadAsync();
            bench.Time.Advance(TimeSpan.FromMilliseconds(1));
            var storing = Task.Run(() => bench.StoreAsync(upload, 0, Body));
            bench.Time.Advance(TimeSpan.FromMilliseconds(1));
            await bench.CollectAsync();

            bool stored;
            try
            {
                stored = (await storing).Refusal is null;
            }
            catch (AttemptDamagedException)
            {
                // Deleted while it was being written, so it was never reported.
                stored = false;
            }

            Assert.Equal(stored ? 1 : 0, (await bench.ListPartsAsync(upload)).Count);
            if (stored)
            {
                await bench.CompleteAsync(upload, Body);
                Assert.Equal(Body, await bench.ReadAsync(upload, 0, Body.Length - 1));
            }
        }
    }

    /// <summary>A store that is closed while a call waits.</summary>
    private sealed class ClosedStore(IPartStore inner, TaskCompletionSource asked, Task closed) : DelegatingPartStore(inner)
    {
        public override async ValueTask DeleteUploadAsync(UploadId upload, DeletionGuard? guard, CancellationToken cancellationToken)
        {
            asked.TrySetResult();
            await closed;
        }
    }

    /// <summary>A store in which the folder of one upload belongs to another user.</summary>
    private sealed class ForbiddenUploads(IPartStore inner) : DelegatingPartStore(inner)
    {
        public UploadId? Upload { get; set; }

        public override IAsyncEnumerable<IReadOnlyList<AttemptId>> ListAttemptsAsync(
            UploadId upload, CancellationToken cancellationToken) =>
            upload == Upload
                ? throw new UnauthorizedAccessException("Access to the path is denied.")
                : base.ListAttemptsAsync(upload, cancellationToken);
    }

    private sealed class PageWatch(IPartStore inner) : DelegatingPartStore(inner)
    {
        public List<int> Deleted { get; } = [];

        public override ValueTask DeleteAttemptsAsync(
            UploadId upload, IReadOnlyList<AttemptId> attempts, CancellationToken cancellationToken)
        {
            Deleted.Add(attempts.Count);
            return base.DeleteAttemptsAsync(upload, attempts, cancellationToken);
        }
    }

    /// <summary>Lets something happen after each answer, before the caller gets it.</summary>
    private sealed class InterruptedHost(IEntityHost inner, Func<Task> interrupt) : IEntityHost
    {
        public async ValueTask<TrackedAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken)
        {
            var answer = await inner.SendAsync(entity, command, cancellationToken);
            await interrupt();
            return answer;
        }
    }
}
