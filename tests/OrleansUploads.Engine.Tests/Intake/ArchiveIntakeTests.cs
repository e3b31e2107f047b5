using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Settings;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Receiving;
using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Engine.Tests.Intake;

public sealed class ArchiveIntakeTests
{
    private static readonly byte[] Body = Some.Bytes(300_000, 1);

    private readonly EngineBench _bench = new();

    private async Task<Outcome<Done>> StoreAsync(UploadId upload, long statedLength, StatedHashes stated) =>
        await _bench.Intake.StorePartAsync(
            upload, ClientCalls.Incarnation, new PartRange(0, statedLength - 1), stated, new MemoryStream(Body), sender: null, CancellationToken.None);

    private static ValueTask<Outcome<CompletedArchive>> StoreArchiveAsync(
        ArchiveIntake intake, long? statedLength = null, Stream? body = null, CancellationToken cancellationToken = default) =>
        intake.StoreArchiveAsync(
            ClientCalls.Incarnation,
            Some.Described("holiday"),
            statedLength ?? Body.Length,
            ClientCalls.Hashes(Body),
            body ?? new MemoryStream(Body),
            cancellationToken);

    /// <summary>Intake that announces every body, as if it were long.</summary>
    private static ArchiveIntake AnnouncingIntake(EngineBench bench) =>
        bench.IntakeWith(new MaintenanceOptions { AttemptGrace = TimeSpan.Zero });

    private static async Task AssertNothingLeftAsync(EngineBench bench)
    {
        Assert.Empty(await bench.Parts.ListUploadsAsync(CancellationToken.None).ToListAsync(CancellationToken.None));
        Assert.Empty(await bench.ListUploadsAsync());
        Assert.Equal(0, (await bench.DescribeVaultAsync()).Archives);
    }

    private ValueTask<Outcome<CompletedArchive>> CompleteAsync(UploadId upload) => _bench.Intake.CompleteAsync(
        upload, ClientCalls.Incarnation, Body.Length, TreeHasher.Compute(Body), CancellationToken.None);

    private async Task CollectAsync()
    {
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        await _bench.CollectAsync();
    }

    private async Task AssertNothingStoredAsync(UploadId upload)
    {
        Assert.Empty(await _bench.StoredAsync(upload));
        Assert.Empty(await _bench.ListPartsAsync(upload));
    }

    [Fact]
    public async Task A_body_that_does_not_match_its_stated_length_or_hash_leaves_nothing()
    {
        var upload = await _bench.OpenFirstUploadAsync();
        var correct = ClientCalls.Hashes(Body);
        var wrong = ClientCalls.Hashes(Some.Bytes(10, 2));

        Assert.IsType<Refusal.LinearHashDiffers>((await StoreAsync(upload, Body.Length, correct with { Linear = wrong.Linear })).Refusal);
        Assert.IsType<Refusal.TreeHashDiffers>((await StoreAsync(upload, Body.Length, correct with { Tree = wrong.Tree })).Refusal);
        Assert.IsType<Refusal.TreeHashDiffers>((await StoreAsync(upload, Body.Length, wrong with { Linear = null })).Refusal);
        Assert.IsType<Refusal.LengthDiffers>((await StoreAsync(upload, Body.Length + 1, correct)).Refusal);
        Assert.IsType<Refusal.LengthDiffers>((await StoreAsync(upload, Body.Length - 1, correct)).Refusal);
        await AssertNothingStoredAsync(upload);
    }

    [Fact]
    public async Task A_body_without_a_stated_linear_hash_is_stored_if_its_tree_hash_matches()
    {
        var upload = await _bench.OpenFirstUploadAsync();

        Assert.Same(Done.Instance, (await StoreAsync(upload, Body.Length, ClientCalls.Hashes(Body) with { Linear = null })).Answer);

        Assert.Null((await CompleteAsync(upload)).Refusal);
        Assert.Equal(Body, await _bench.ReadAsync(upload, 0, Body.Length - 1));
    }

    [Fact]
    public async Task A_part_that_would_be_refused_reads_no_bytes_and_a_disconnected_sender_leaves_nothing()
    {
        var upload = await _bench.OpenFirstUploadAsync();

        Assert.IsType<Refusal.RangeNotAligned>((await _bench.Intake.StoreAsync(upload, firstByte: 1, Body, Broken())).Refusal);
        await Assert.ThrowsAsync<IOException>(() => _bench.Intake.StoreAsync(upload, firstByte: 0, Body, Broken()));
        await AssertNothingStoredAsync(upload);

        static ActionStream Broken() => new(static () => throw new IOException("The sender disconnected."));
    }

    [Fact]
    [Promise("operations.md", "a stored part is lost or damaged before its upload is complete")]
    public async Task Sending_a_part_again_repairs_its_lost_bytes()
    {
        var upload = await _bench.OpenFirstUploadAsync();
        await _bench.StoreAsync(upload, 0, Body);
        var lost = Assert.Single(await _bench.StoredAsync(upload));
        await _bench.Parts.DeleteAttemptAsync(upload, lost, CancellationToken.None);
        var refused = await CompleteAsync(upload);
        Assert.Equal(new PartRange(0, Body.Length - 1), Assert.IsType<Refusal.PartLost>(refused.Refusal).Range);

        Assert.Same(Done.Instance, (await _bench.StoreAsync(upload, 0, Body)).Answer);
        Assert.Null((await CompleteAsync(upload)).Refusal);
        var manifest = await _bench.ReadManifestAsync(upload);
        Assert.Equal(Assert.Single(await _bench.StoredAsync(upload)), Assert.Single(manifest.Extents).Place.Attempt);
    }

    [Theory]
    [InlineData(JournalFault.FailBefore)]
    [InlineData(JournalFault.FailAfter)]
    public async Task A_report_with_unknown_outcome_is_repeated_without_sending_the_bytes_again(JournalFault fault)
    {
        var failing = false;
        var bench = new EngineBench(call =>
        {
            var fails = failing && call.Operation == JournalOperation.Append;
            failing &= !fails;
            return fails ? fault : JournalFault.None;
        });
        var upload = await bench.OpenFirstUploadAsync();
        failing = true;

        Assert.Same(Done.Instance, (await bench.StoreAsync(upload, 0, Body)).Answer);
        Assert.Single(await bench.StoredAsync(upload));
    }

    [Fact]
    public async Task A_sender_gets_the_refusal_although_the_refused_bytes_cannot_be_deleted()
    {
        var bench = new EngineBench(step => step.Call == PartStoreCall.DeleteAttempt ? PartStoreFault.Before : PartStoreFault.None);
        var upload = await bench.OpenFirstUploadAsync();

        var outcome = await bench.Intake.StoreAsync(
            upload, 0, Body, new ActionStream(() => bench.AskAsync(upload.Entity, new AbortUpload(ClientCalls.Incarnation))));

        Assert.IsType<Refusal.UploadNotFound>(outcome.Refusal);
    }

    [Theory]
    [InlineData(false, typeof(Refusal.AttemptCollected))]
    [InlineData(true, typeof(Refusal.UploadNotFound))]
    public async Task A_sender_whose_bytes_were_collected_meanwhile_is_asked_for_them_again_unless_the_upload_was_aborted(
        bool isAborted, Type refusal)
    {
        var upload = await _bench.OpenFirstUploadAsync();

        var outcome = await _bench.Intake.StoreAsync(upload, 0, Body, new ActionStream(async () =>
        {
            if (isAborted)
            {
                await _bench.AskAsync(upload.Entity, new AbortUpload(ClientCalls.Incarnation));
            }

            await CollectAsync();
        }));

        Assert.IsType(refusal, outcome.Refusal);
        Assert.Empty(await _bench.StoredAsync(upload));
    }

    [Fact]
    public async Task A_host_that_was_replaced_does_not_ask_again_for_the_bytes_of_an_aborted_upload()
    {
        var upload = await _bench.OpenFirstUploadAsync();

        var storing = _bench.Intake.StoreAsync(upload, 0, Body, new ActionStream(async () =>
        {
            _bench.Crash();
            await _bench.AskAsync(upload.Entity, new AbortUpload(ClientCalls.Incarnation));
            await CollectAsync();
        }));

        await Assert.ThrowsAsync<EntityUnavailableException>(async () => await storing);
    }

    [Fact]
    public async Task A_multipart_upload_is_listed_when_its_initiation_is_answered_and_no_longer_when_its_completion_is()
    {
        var upload = await _bench.OpenFirstUploadAsync();
        var listed = Assert.Single(await _bench.ListUploadsAsync());
        Assert.Equal((upload, _bench.Time.GetUtcNow()), (listed.Upload, listed.At));
        await _bench.StoreAsync(upload, 0, Body);
        Assert.Null((await CompleteAsync(upload)).Refusal);
        Assert.Empty(await _bench.ListUploadsAsync());
        Assert.Equal(1, (await _bench.DescribeVaultAsync()).Archives);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_single_request_archive_is_available_at_once_and_its_upload_is_never_listed(bool isAnnounced)
    {
        await _bench.CreateVaultAsync();
        var intake = isAnnounced ? AnnouncingIntake(_bench) : _bench.Intake;
        IReadOnlyList<KeyEntry>? listed = null;
        var body = new ActionStream(async () => listed = await _bench.ListUploadsAsync());

        var archive = (await StoreArchiveAsync(intake, body: body)).Answer;

        var entry = await _bench.FindAsync(archive.Archive);
        Assert.Equal("holiday", entry!.Description.ToString());
        Assert.Equal(Body, await _bench.ReadAsync(entry.Upload, 0, Body.Length - 1));
        Assert.Empty(listed!);
        Assert.Empty(await _bench.ListUploadsAsync());
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 2)]
    public async Task A_short_body_leaves_no_bytes_and_no_open_upload(bool isAnnounced, int writesOfUpload)
    {
        var uploads = new List<EntityId>();
        var bench = new EngineBench(call =>
        {
            if (call is { Operation: JournalOperation.Append, Entity.Kind: EntityKind.Upload })
            {
                uploads.Add(call.Entity);
            }

            return JournalFault.None;
        });
        await bench.CreateVaultAsync();

        var outcome = await StoreArchiveAsync(isAnnounced ? AnnouncingIntake(bench) : bench.Intake, Body.Length + 1);

        Assert.IsType<Refusal.LengthDiffers>(outcome.Refusal);
        await AssertNothingLeftAsync(bench);

        // One that was announced is initiated and aborted; the other has no history.
        Assert.Equal(writesOfUpload, uploads.Count);
        foreach (var upload in uploads)
        {
            Assert.IsType<AttemptsInUse.None>(await bench.AskAsync(upload, new FenceAttempts(bench.Time.GetUtcNow())));
            Assert.Equal(UploadPhase.Aborted, (await bench.AskAsync(upload, new SummarizeUpload(ClientCalls.Incarnation))).Phase);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_whose_sender_disconnects_leaves_no_bytes_and_no_open_upload(bool isAnnounced)
    {
        await _bench.CreateVaultAsync();
        var body = new ActionStream(static () => throw new IOException("The sender disconnected."));
        var intake = isAnnounced ? AnnouncingIntake(_bench) : _bench.Intake;
        await Assert.ThrowsAsync<IOException>(() => StoreArchiveAsync(intake, body: body).AsTask());
        await AssertNothingLeftAsync(_bench);
    }

    [Fact]
    public async Task An_archive_in_one_request_is_one_write_of_its_upload()
    {
        var writes = 0;
        var bench = new EngineBench(call =>
        {
            writes += call is { Operation: JournalOperation.Append, Entity.Kind: EntityKind.Upload } ? 1 : 0;
            return JournalFault.None;
        });
        await bench.CreateVaultAsync();

        Assert.Null((await StoreArchiveAsync(bench.Intake)).Refusal);

        // The confirmation of the index is another write, which the answer does not wait for.
        Assert.InRange(writes, 1, 2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_archive_whose_vault_is_deleted_meanwhile_is_refused_and_leaves_no_bytes(bool isAnnounced)
    {
        await _bench.CreateVaultAsync();
        var body = new ActionStream(() => _bench.AskAsync(Some.Vault.Entity, new DeleteVault(Some.Vault)));

        var outcome = await StoreArchiveAsync(isAnnounced ? AnnouncingIntake(_bench) : _bench.Intake, body: body);

        Assert.Equal(new Refusal.VaultNotFound(Some.Vault), outcome.Refusal);
        Assert.Empty(await _bench.Parts.ListUploadsAsync(CancellationToken.None).ToListAsync(CancellationToken.None));
    }

    [Fact]
    public async Task An_announced_archive_whose_bytes_were_collected_meanwhile_is_refused_and_leaves_nothing()
    {
        await _bench.CreateVaultAsync();
        var outcome = await StoreArchiveAsync(AnnouncingIntake(_bench), body: new ActionStream(CollectAsync));
        Assert.IsType<Refusal.AttemptCollected>(outcome.Refusal);
        await AssertNothingLeftAsync(_bench);
    }

    [Fact]
    public async Task A_body_that_arrives_too_slowly_for_its_announcement_is_refused_and_leaves_nothing()
    {
        await _bench.CreateVaultAsync();
        var body = new ActionStream(() =>
        {
            _bench.Time.Advance(UploadPolicy.UnannouncedLife + TimeSpan.FromMilliseconds(1));
            return Task.CompletedTask;
        });
        Assert.IsType<Refusal.AttemptCollected>((await StoreArchiveAsync(_bench.Intake, body: body)).Refusal);
        await AssertNothingLeftAsync(_bench);
    }

    [Fact]
    public async Task The_bytes_of_an_archive_with_unknown_outcome_stay_because_it_may_be_stored()
    {
        var bench = new EngineBench(call => call is { Operation: JournalOperation.Append, Entity.Kind: EntityKind.Upload }
            ? JournalFault.FailAfter
            : JournalFault.None);
        await bench.CreateVaultAsync();

        await Assert.ThrowsAsync<EntityUnavailableException>(() => StoreArchiveAsync(bench.Intake).AsTask());

        var upload = Assert.Single(await bench.Parts.ListUploadsAsync(CancellationToken.None).ToListAsync(CancellationToken.None));
        Assert.Single(await bench.StoredAsync(upload));
    }

    [Fact]
    public async Task An_archive_whose_client_disconnects_while_it_is_recorded_is_stored_with_its_bytes()
    {
        var (bench, hold) = EngineBench.Holding();
        await bench.CreateVaultAsync();
        var held = hold();
        using var client = new CancellationTokenSource();
        var storing = StoreArchiveAsync(bench.Intake, cancellationToken: client.Token).AsTask();
        await held.WhenArrivedAsync(1, CancellationToken.None);

        await client.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => storing);
        held.ReleaseAll();

        var upload = Assert.Single(await bench.Parts.ListUploadsAsync(CancellationToken.None).ToListAsync(CancellationToken.None));
        await Eventually.BecomesTrueAsync(async () => (await bench.DescribeVaultAsync()).Archives == 1, "the archive is recorded");
        Assert.Equal(Body, await bench.ReadAsync(upload, 0, Body.Length - 1));
    }

    [Fact]
    public async Task The_uploads_of_a_deleted_vault_are_found_no_more_and_their_bytes_are_reclaimed_at_last()
    {
        var (completing, idle) = (await _bench.OpenFirstUploadAsync(), await _bench.OpenUploadAsync());
        await _bench.StoreAsync(completing, 0, Body);
        await _bench.StoreAsync(idle, 0, Body);
        await _bench.AskAsync(Some.Vault.Entity, new DeleteVault(Some.Vault));

        Assert.IsType<Refusal.UploadNotFound>((await CompleteAsync(completing)).Refusal);
        await _bench.AwaitReclaimedAsync(completing);

        await _bench.CreateVaultAsync();
        var vault = await _bench.DescribeVaultAsync();
        Assert.IsType<Refusal.UploadNotFound>(
            await _bench.RefusalAsync(idle.Entity, new ListParts(vault.Incarnation, 0, 10)));
        Assert.Equal(0, vault.Archives);
        Assert.Equal([idle], (await _bench.ListUploadsAsync()).Select(entry => entry.Upload));
        _bench.Time.Advance(UploadPolicy.DefaultStaleAfter);
        await _bench.WakeAsync();
        await _bench.AwaitReclaimedAsync(idle);
        Assert.Empty(await _bench.ListUploadsAsync());
    }

    /// <summary>A body that runs an action before its first read.</summary>
    private sealed class ActionStream(Func<Task> action) : MemoryStream(Body)
    {
        private Func<Task>? _action = action;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Interlocked.Exchange(ref _action, null) is { } action)
            {
                await action();
            }

            return await base.ReadAsync(buffer, cancellationToken);
        }
    }
}
