using OrleansUploads.Core;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Engine.Reclaim;
using OrleansUploads.TestKit;
using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Engine.Tests.Reclaim;

public sealed class AttemptCollectorTests
{
    private static readonly byte[] Body = Some.Bytes(1000, 1);
    private static readonly byte[] Other = Some.Bytes(1000, 2);

    private readonly EngineBench _bench = new();

    private async Task<UploadId> OpenAsync()
    {
        await _bench.CreateVaultAsync();
        return await _bench.OpenUploadAsync();
    }

    private async Task<CollectionReport> CollectLaterAsync()
    {
        _bench.Time.Advance(AttemptCollector.DefaultGrace + TimeSpan.FromMilliseconds(1));
        return await _bench.Collector.CollectAsync(AttemptCollector.DefaultGrace, CancellationToken.None);
    }

    /// <summary>What a server that is killed between storing the bytes and reporting them leaves behind.</summary>
    private async Task<AttemptId> LeaveOrphanAsync(UploadId upload)
    {
        var attempt = _bench.Ids.NewAttempt();
        await using var writer = await _bench.Parts.CreateAsync(upload, attempt, 3, CancellationToken.None);
        await writer.WriteAsync(new byte[3], CancellationToken.None);
        await writer.CommitAsync(
            new[] { new Core.Hashing.Sha256Digest(System.Security.Cryptography.SHA256.HashData(new byte[3])) },
            CancellationToken.None);
        return attempt;
    }

    private async Task<IReadOnlyList<AttemptId>> StoredAsync(UploadId upload) =>
        await _bench.Parts.ListAttemptsAsync(upload, CancellationToken.None);

    [Fact]
    public async Task An_orphan_is_collected_after_its_grace_and_a_part_never()
    {
        var upload = await OpenAsync();
        await _bench.StoreAsync(upload, 0, Body);
        var part = Assert.Single(await StoredAsync(upload));
        await LeaveOrphanAsync(upload);

        Assert.Equal(default, await _bench.Collector.CollectAsync(AttemptCollector.DefaultGrace, CancellationToken.None));
        Assert.Equal(new CollectionReport(AttemptsDeleted: 1), await CollectLaterAsync());

        Assert.Equal([part], await StoredAsync(upload));
    }

    [Fact]
    public async Task Nothing_is_collected_where_an_owner_might_not_be_found()
    {
        var upload = await OpenAsync();
        var orphan = await LeaveOrphanAsync(upload);
        _bench.Time.Advance(AttemptCollector.DefaultGrace * 2);
        var collector = new AttemptCollector(
            _bench.Host, _bench.Parts, _bench.Time, _ => throw new JournalDamagedException("A name is damaged."));

        await Assert.ThrowsAsync<JournalDamagedException>(
            () => collector.CollectAsync(TimeSpan.Zero, CancellationToken.None).AsTask());

        Assert.Equal([orphan], await StoredAsync(upload));
    }

    [Fact]
    public async Task The_loser_of_a_re_upload_stays_until_it_is_collected()
    {
        var upload = await OpenAsync();
        await _bench.StoreAsync(upload, 0, Body);
        await _bench.StoreAsync(upload, 0, Other);
        Assert.Equal(2, (await StoredAsync(upload)).Count);

        await CollectLaterAsync();

        Assert.Single(await StoredAsync(upload));
        await _bench.CompleteAsync(upload, Other);
        Assert.Equal(Other, await _bench.ReadAsync(upload, 0, Other.Length - 1));
    }

    [Fact]
    public async Task An_attempt_that_was_collected_never_becomes_a_part_however_late_it_is_reported()
    {
        var upload = await OpenAsync();
        var orphan = await LeaveOrphanAsync(upload);
        await CollectLaterAsync();

        var refusal = await _bench.RefusalAsync(
            upload.Entity, new StorePart(Some.Vault, new PartRange(0, 2), Some.Hash("a"), orphan));

        Assert.IsType<Refusal.AttemptCollected>(refusal);
    }

    [Fact]
    public async Task Of_a_complete_upload_exactly_what_the_manifest_names_stays()
    {
        var upload = await OpenAsync();
        await _bench.StoreAsync(upload, 0, Other);
        await _bench.StoreAsync(upload, 0, Body);
        await _bench.CompleteAsync(upload, Body);
        await LeaveOrphanAsync(upload);

        Assert.Equal(2, (await CollectLaterAsync()).AttemptsDeleted);

        Assert.Equal(Body, await _bench.ReadAsync(upload, 0, Body.Length - 1));
    }

    [Fact]
    public async Task Of_an_aborted_upload_nothing_stays()
    {
        var upload = await OpenAsync();
        await _bench.StoreAsync(upload, 0, Body);
        await _bench.AskAsync(upload.Entity, new AbortUpload(Some.Vault));

        Assert.Equal(1, (await CollectLaterAsync()).UploadsDeleted);

        Assert.Empty(await StoredAsync(upload));
    }

    [Fact]
    public async Task A_stale_upload_is_reclaimed_with_its_bytes_and_the_vault_no_longer_lists_it()
    {
        var upload = await OpenAsync();
        await _bench.StoreAsync(upload, 0, Body);
        _bench.Time.Advance(UploadPolicy.DefaultStaleAfter);

        await _bench.Wakes.RunAsync(CancellationToken.None);
        await _bench.RefusalAsync(upload.Entity, new ListParts(Some.Vault, 0, 1));
        await CollectLaterAsync();

        Assert.Empty(await StoredAsync(upload));
        Assert.Empty((await _bench.AskAsync(Some.Vault.Entity, new Core.Vaults.ListUploads(Some.Vault, "", 1))).Uploads);
    }

    [Fact]
    public async Task The_bytes_of_a_deleted_archive_go_when_no_job_can_read_them_any_more()
    {
        var upload = await OpenAsync();
        await _bench.StoreAsync(upload, 0, Body);
        var archive = await _bench.CompleteAsync(upload, Body);
        await _bench.DeleteAsync(archive.Archive);

        Assert.Equal(0, (await CollectLaterAsync()).UploadsDeleted);
        Assert.Equal(Body, await _bench.ReadAsync(upload, 0, Body.Length - 1));
        Assert.Equal(1, (await CollectLaterAsync()).UploadsDeleted);
        Assert.Empty(await StoredAsync(upload));
    }

    [Fact]
    public async Task Nothing_is_deleted_while_the_owner_cannot_be_asked()
    {
        var failing = false;
        var bench = new EngineBench(inner => new FaultyJournal(
            inner, _ => failing ? JournalFault.FailBefore : JournalFault.None));
        await bench.CreateVaultAsync();
        var upload = await bench.OpenUploadAsync();
        await bench.StoreAsync(upload, 0, Body);
        bench.Crash();
        failing = true;

        var report = await bench.Collector.CollectAsync(TimeSpan.Zero, CancellationToken.None);

        Assert.Equal(new CollectionReport(UploadsSkipped: 1), report);
        Assert.Single(await bench.Parts.ListAttemptsAsync(upload, CancellationToken.None));
    }

    [Fact]
    public async Task A_report_that_races_a_collection_is_either_kept_or_refused_and_never_left_without_bytes()
    {
        for (var round = 0; round < 100; round++)
        {
            var bench = new EngineBench();
            await bench.CreateVaultAsync();
            var upload = await bench.OpenUploadAsync();
            bench.Time.Advance(TimeSpan.FromMilliseconds(1));
            var storing = Task.Run(() => bench.StoreAsync(upload, 0, Body));
            bench.Time.Advance(TimeSpan.FromMilliseconds(1));
            await bench.Collector.CollectAsync(TimeSpan.Zero, CancellationToken.None);

            bool stored;
            try
            {
                stored = (await storing).Refusal is null;
            }
            catch (AttemptDamagedException)
            {
                // Deleted while it was being written; never reported.
                stored = false;
            }

            var parts = (await bench.AskAsync(upload.Entity, new ListParts(Some.Vault, 0, 1))).Parts;
            Assert.Equal(stored ? 1 : 0, parts.Count);
            if (stored)
            {
                await bench.CompleteAsync(upload, Body);
                Assert.Equal(Body, await bench.ReadAsync(upload, 0, Body.Length - 1));
            }
        }
    }
}
