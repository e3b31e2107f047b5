using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Engine.Tests.Intake;

public sealed class PartIntakeTests
{
    private static readonly byte[] Body = Some.Bytes(300_000, 1);

    private readonly EngineBench _bench = new();

    private async Task<Outcome<Done>> StoreAsync(UploadId upload, long statedLength, StatedHashes stated) =>
        await _bench.Intake.StorePartAsync(
            upload, Some.Vault, new PartRange(0, statedLength - 1), stated, new MemoryStream(Body), sender: null, CancellationToken.None);

    private static ValueTask<Outcome<CompletedArchive>> StoreArchiveAsync(
        EngineBench bench, Description description, long statedLength, CancellationToken cancellationToken) =>
        bench.Intake.StoreArchiveAsync(
            Some.Vault, description, statedLength, ClientCalls.Hashes(Body), new MemoryStream(Body), cancellationToken);

    private ValueTask<Outcome<CompletedArchive>> CompleteAsync(UploadId upload) => _bench.Intake.CompleteAsync(
        upload, Some.Vault, Body.Length, TreeHasher.Compute(Body), CancellationToken.None);

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
        var manifest = (await _bench.Parts.ReadManifestAsync(upload, CancellationToken.None))!;
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
    public async Task A_full_store_refuses_a_part_and_the_upload_is_unchanged()
    {
        var full = false;
        var bench = new EngineBench(step => full && step.Call == PartStoreCall.Write ? PartStoreFault.Full : PartStoreFault.None);
        var upload = await bench.OpenFirstUploadAsync();
        full = true;
        await Assert.ThrowsAsync<PartStoreFullException>(() => bench.StoreAsync(upload, 0, Body));
        full = false;
        Assert.Empty(await bench.ListPartsAsync(upload));
        Assert.Same(Done.Instance, (await bench.StoreAsync(upload, 0, Body)).Answer);
    }

    [Fact]
    public async Task A_sender_gets_the_refusal_although_the_refused_bytes_cannot_be_deleted()
    {
        var bench = new EngineBench(step => step.Call == PartStoreCall.DeleteAttempt ? PartStoreFault.Before : PartStoreFault.None);
        var upload = await bench.OpenFirstUploadAsync();

        var outcome = await bench.Intake.StoreAsync(
            upload, 0, Body, new ActionStream(() => bench.AskAsync(upload.Entity, new AbortUpload(Some.Vault))));

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
                await _bench.AskAsync(upload.Entity, new AbortUpload(Some.Vault));
            }

            await CollectAsync();
        }));

        Assert.IsType(refusal, outcome.Refusal);
        Assert.Empty(await _bench.StoredAsync(upload));
    }

    [Fact]
    public async Task A_single_request_archive_is_available_at_once_and_its_upload_is_never_listed()
    {
        await _bench.CreateVaultAsync();

        var archive = (await StoreArchiveAsync(_bench, Some.Described("holiday"), Body.Length, CancellationToken.None)).Answer;

        var entry = await _bench.FindAsync(archive.Archive);
        Assert.Equal("holiday", entry!.Description.ToString());
        Assert.Equal(Body, await _bench.ReadAsync(entry.Upload, 0, Body.Length - 1));
        Assert.Empty(await _bench.ListUploadsAsync(10));
    }

    [Fact]
    public async Task A_refused_single_request_archive_does_not_prevent_the_vaults_deletion()
    {
        await _bench.CreateVaultAsync();
        Assert.IsType<Refusal.LengthDiffers>((await StoreArchiveAsync(_bench, Description.None, 10, CancellationToken.None)).Refusal);
        await _bench.AskAsync(Some.Vault.Entity, new DeleteVault(Some.Vault));
    }

    [Fact]
    public async Task A_client_that_disconnects_while_its_archive_is_opened_does_not_prevent_the_vaults_deletion()
    {
        var (bench, hold) = EngineBench.Holding();
        await bench.CreateVaultAsync();
        var held = hold();
        using var client = new CancellationTokenSource();
        var storing = StoreArchiveAsync(bench, Description.None, Body.Length, client.Token).AsTask();
        await held.WhenArrivedAsync(1, CancellationToken.None);

        await client.CancelAsync();
        held.ReleaseAll();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => storing);
        await bench.AskAsync(Some.Vault.Entity, new DeleteVault(Some.Vault));
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
