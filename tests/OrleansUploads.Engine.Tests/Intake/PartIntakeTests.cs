using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Engine.Tests.Intake;

public sealed class PartIntakeTests
{
    private static readonly byte[] Body = Some.Bytes(300_000, 1);

    private readonly EngineBench _bench = new();

    private async Task<UploadId> OpenAsync()
    {
        await _bench.CreateVaultAsync();
        return await _bench.OpenUploadAsync();
    }

    private async Task<Outcome<Done>> StoreAsync(
        UploadId upload, byte[] body, long statedLength, StatedHashes stated) => await _bench.Intake.StorePartAsync(
            upload, Some.Vault, new PartRange(0, statedLength - 1), stated, new MemoryStream(body), sender: null, CancellationToken.None);

    private async Task AssertNothingStoredAsync(UploadId upload)
    {
        Assert.Empty(await _bench.Parts.AllAttemptsAsync(upload, CancellationToken.None));
        Assert.Empty((await _bench.AskAsync(upload.Entity, new ListParts(Some.Vault, 0, 10))).Parts);
    }

    [Fact]
    public async Task A_body_that_does_not_match_its_stated_length_or_hash_leaves_nothing()
    {
        var upload = await OpenAsync();
        var correct = EngineBench.Hashes(Body);
        var wrong = EngineBench.Hashes(Some.Bytes(10, 2));

        Assert.IsType<Refusal.LinearHashDiffers>(
            (await StoreAsync(upload, Body, Body.Length, correct with { Linear = wrong.Linear })).Refusal);
        Assert.IsType<Refusal.TreeHashDiffers>(
            (await StoreAsync(upload, Body, Body.Length, correct with { Tree = wrong.Tree })).Refusal);
        Assert.IsType<Refusal.TreeHashDiffers>(
            (await StoreAsync(upload, Body, Body.Length, wrong with { Linear = null })).Refusal);
        Assert.IsType<Refusal.LengthDiffers>((await StoreAsync(upload, Body, Body.Length + 1, correct)).Refusal);
        Assert.IsType<Refusal.LengthDiffers>((await StoreAsync(upload, Body, Body.Length - 1, correct)).Refusal);
        await AssertNothingStoredAsync(upload);
    }

    [Fact]
    public async Task A_body_without_a_stated_linear_hash_is_stored_if_its_tree_hash_matches()
    {
        var upload = await OpenAsync();

        Assert.Same(Done.Instance, (await StoreAsync(upload, Body, Body.Length, EngineBench.Hashes(Body) with { Linear = null })).Answer);

        Assert.Null((await CompleteAsync(upload)).Refusal);
        Assert.Equal(Body, await _bench.ReadAsync(upload, 0, Body.Length - 1));
    }

    [Fact]
    public async Task A_part_that_would_be_refused_reads_no_bytes()
    {
        var upload = await OpenAsync();
        var body = new UnreadableStream();
        var outcome = await _bench.Intake.StorePartAsync(
            upload, Some.Vault, new PartRange(1, 10), EngineBench.Hashes(Body), body, sender: null, CancellationToken.None);
        Assert.IsType<Refusal.RangeNotAligned>(outcome.Refusal);
    }

    [Fact]
    public async Task A_disconnected_sender_leaves_nothing()
    {
        var upload = await OpenAsync();
        await Assert.ThrowsAsync<IOException>(async () => await _bench.Intake.StorePartAsync(
            upload, Some.Vault, new PartRange(0, 9), EngineBench.Hashes(Body), new UnreadableStream(), sender: null, CancellationToken.None));
        await AssertNothingStoredAsync(upload);
    }

    [Fact]
    [Promise("operations.md", "a stored part is lost or damaged before its upload is complete")]
    public async Task Sending_a_part_again_repairs_its_lost_bytes()
    {
        var upload = await OpenAsync();
        await _bench.StoreAsync(upload, 0, Body);
        var lost = Assert.Single(await _bench.Parts.AllAttemptsAsync(upload, CancellationToken.None));
        await _bench.Parts.DeleteAttemptAsync(upload, lost, CancellationToken.None);
        var refused = await CompleteAsync(upload);
        Assert.Equal(new PartRange(0, Body.Length - 1), Assert.IsType<Refusal.PartLost>(refused.Refusal).Range);

        Assert.Same(Done.Instance, (await _bench.StoreAsync(upload, 0, Body)).Answer);
        Assert.Null((await CompleteAsync(upload)).Refusal);
        var manifest = (await _bench.Parts.ReadManifestAsync(upload, CancellationToken.None))!;
        var stored = Assert.Single(await _bench.Parts.AllAttemptsAsync(upload, CancellationToken.None));
        Assert.Equal(stored, Assert.Single(manifest.Extents).Place.Attempt);
    }

    private ValueTask<Outcome<CompletedArchive>> CompleteAsync(UploadId upload) => _bench.Intake.CompleteAsync(
        upload, Some.Vault, Body.Length, TreeHasher.Compute(Body), CancellationToken.None);

    [Theory]
    [InlineData(JournalFault.FailBefore)]
    [InlineData(JournalFault.FailAfter)]
    public async Task A_report_with_unknown_outcome_is_repeated_without_sending_the_bytes_again(JournalFault fault)
    {
        var failing = false;
        var bench = new EngineBench(inner => new FaultyJournal(inner, call =>
        {
            var fails = failing && call.Operation == JournalOperation.Append;
            failing &= !fails;
            return fails ? fault : JournalFault.None;
        }));
        await bench.CreateVaultAsync();
        var upload = await bench.OpenUploadAsync();
        failing = true;

        Assert.Same(Done.Instance, (await bench.StoreAsync(upload, 0, Body)).Answer);
        Assert.Single(await bench.Parts.AllAttemptsAsync(upload, CancellationToken.None));
    }

    [Fact]
    public async Task A_full_store_refuses_a_part_and_the_upload_is_unchanged()
    {
        var full = false;
        var bench = new EngineBench(wrapParts: inner => new FaultyPartStore(
            inner, step => full && step.Call == PartStoreCall.Write ? PartStoreFault.Full : PartStoreFault.None));
        await bench.CreateVaultAsync();
        var upload = await bench.OpenUploadAsync();
        full = true;
        await Assert.ThrowsAsync<PartStoreFullException>(() => bench.StoreAsync(upload, 0, Body));
        full = false;
        Assert.Empty((await bench.AskAsync(upload.Entity, new ListParts(Some.Vault, 0, 10))).Parts);
        Assert.Same(Done.Instance, (await bench.StoreAsync(upload, 0, Body)).Answer);
    }

    [Fact]
    public async Task A_sender_gets_the_refusal_although_the_refused_bytes_cannot_be_deleted()
    {
        var bench = new EngineBench(wrapParts: inner => new FaultyPartStore(
            inner, step => step.Call == PartStoreCall.DeleteAttempt ? PartStoreFault.Before : PartStoreFault.None));
        await bench.CreateVaultAsync();
        var upload = await bench.OpenUploadAsync();

        var outcome = await bench.Intake.StorePartAsync(
            upload,
            Some.Vault,
            new PartRange(0, Body.Length - 1),
            EngineBench.Hashes(Body),
            new ActionStream(Body, () => bench.AskAsync(upload.Entity, new AbortUpload(Some.Vault))),
            sender: null,
            CancellationToken.None);

        Assert.IsType<Refusal.UploadNotFound>(outcome.Refusal);
    }

    [Fact]
    public async Task Bytes_collected_during_the_upload_are_requested_again()
    {
        var upload = await OpenAsync();

        var outcome = await StoreWhileAsync(upload, CollectAsync);

        Assert.IsType<Refusal.AttemptCollected>(outcome.Refusal);
        await AssertNothingStoredAsync(upload);
    }

    [Fact]
    public async Task A_sender_whose_bytes_were_collected_after_an_abort_is_told_of_the_abort()
    {
        var upload = await OpenAsync();

        var outcome = await StoreWhileAsync(upload, async () =>
        {
            await _bench.AskAsync(upload.Entity, new AbortUpload(Some.Vault));
            await CollectAsync();
        });

        Assert.IsType<Refusal.UploadNotFound>(outcome.Refusal);
    }

    private async Task CollectAsync()
    {
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        await _bench.Collector.CollectAsync(TimeSpan.Zero, CancellationToken.None);
    }

    private async Task<Outcome<Done>> StoreWhileAsync(UploadId upload, Func<Task> action) =>
        await _bench.Intake.StorePartAsync(
            upload,
            Some.Vault,
            new PartRange(0, Body.Length - 1),
            EngineBench.Hashes(Body),
            new ActionStream(Body, action),
            sender: null,
            CancellationToken.None);

    [Fact]
    public async Task A_single_request_archive_is_available_at_once_and_its_upload_is_never_listed()
    {
        await _bench.CreateVaultAsync();

        var archive = (await _bench.Intake.StoreArchiveAsync(
            Some.Vault,
            Some.Described("holiday"),
            Body.Length,
            EngineBench.Hashes(Body),
            new MemoryStream(Body),
            CancellationToken.None)).Answer;

        var entry = await _bench.FindAsync(archive.Archive);
        Assert.Equal("holiday", entry!.Description.ToString());
        Assert.Equal(Body, await _bench.ReadAsync(entry.Upload, 0, Body.Length - 1));
        Assert.Empty(await _bench.ListUploadsAsync(10));
    }

    [Fact]
    public async Task A_refused_single_request_archive_does_not_prevent_the_vaults_deletion()
    {
        await _bench.CreateVaultAsync();
        var outcome = await _bench.Intake.StoreArchiveAsync(
            Some.Vault, Description.None, 10, EngineBench.Hashes(Body), new MemoryStream(Body), CancellationToken.None);
        Assert.IsType<Refusal.LengthDiffers>(outcome.Refusal);
        await _bench.AskAsync(Some.Vault.Entity, new DeleteVault(Some.Vault));
    }

    [Fact]
    public async Task A_client_that_disconnects_while_its_archive_is_opened_does_not_prevent_the_vaults_deletion()
    {
        FaultyJournal? journal = null;
        var bench = new EngineBench(inner => journal = new FaultyJournal(inner, JournalFaultPlans.None));
        await bench.CreateVaultAsync();
        var held = journal!.HoldAppends();
        using var client = new CancellationTokenSource();
        var storing = bench.Intake.StoreArchiveAsync(
            Some.Vault, Description.None, Body.Length, EngineBench.Hashes(Body), new MemoryStream(Body), client.Token).AsTask();
        await held.WhenArrivedAsync(1, CancellationToken.None);

        await client.CancelAsync();
        held.ReleaseAll();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => storing);
        await bench.AskAsync(Some.Vault.Entity, new DeleteVault(Some.Vault));
    }

    /// <summary>A body that runs an action before its first read.</summary>
    private sealed class ActionStream(byte[] bytes, Func<Task> action) : MemoryStream(bytes)
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

    /// <summary>A connection that breaks before the first byte.</summary>
    private sealed class UnreadableStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count) => throw new IOException("The sender disconnected.");

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
