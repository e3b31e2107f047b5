using OrleansUploads.Core;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Intake;
using OrleansUploads.Engine.Ports;
using OrleansUploads.TestKit;
using OrleansUploads.TestKit.Journals;
using OrleansUploads.TestKit.PartStores;

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

    private async Task<Outcome<PartStanding>> StoreAsync(
        UploadId upload, byte[] body, long statedLength, StatedHashes stated) => await _bench.Intake.StorePartAsync(
            upload, Some.Vault, new PartRange(0, statedLength - 1), stated, new MemoryStream(body), CancellationToken.None);

    private async Task AssertNothingLeftAsync(UploadId upload)
    {
        Assert.Empty(await _bench.Parts.ListAttemptsAsync(upload, CancellationToken.None));
        Assert.Empty((await _bench.AskAsync(upload.Entity, new ListParts(Some.Vault, 0, 10))).Parts);
    }

    [Fact]
    public async Task A_body_that_is_not_what_its_sender_states_leaves_nothing()
    {
        var upload = await OpenAsync();
        var right = EngineBench.Hashes(Body);
        var wrong = EngineBench.Hashes(Some.Bytes(10, 2));

        Assert.IsType<Refusal.LinearHashDiffers>(
            (await StoreAsync(upload, Body, Body.Length, right with { Linear = wrong.Linear })).Refusal);
        Assert.IsType<Refusal.TreeHashDiffers>(
            (await StoreAsync(upload, Body, Body.Length, right with { Tree = wrong.Tree })).Refusal);
        Assert.IsType<Refusal.LengthDiffers>((await StoreAsync(upload, Body, Body.Length + 1, right)).Refusal);
        Assert.IsType<Refusal.LengthDiffers>((await StoreAsync(upload, Body, Body.Length - 1, right)).Refusal);
        await AssertNothingLeftAsync(upload);
    }

    [Fact]
    public async Task A_part_that_would_be_refused_costs_no_bytes()
    {
        var upload = await OpenAsync();
        var body = new UnreadableStream();
        var outcome = await _bench.Intake.StorePartAsync(
            upload, Some.Vault, new PartRange(1, 10), EngineBench.Hashes(Body), body, CancellationToken.None);
        Assert.IsType<Refusal.RangeNotAligned>(outcome.Refusal);
    }

    [Fact]
    public async Task A_sender_that_goes_away_leaves_nothing()
    {
        var upload = await OpenAsync();
        await Assert.ThrowsAsync<IOException>(async () => await _bench.Intake.StorePartAsync(
            upload, Some.Vault, new PartRange(0, 9), EngineBench.Hashes(Body), new UnreadableStream(), CancellationToken.None));
        await AssertNothingLeftAsync(upload);
    }

    [Fact]
    public async Task The_same_part_again_leaves_no_second_attempt()
    {
        var upload = await OpenAsync();
        await _bench.StoreAsync(upload, 0, Body);
        var again = await _bench.StoreAsync(upload, 0, Body);
        Assert.False(again.Answer.AttemptInUse);
        Assert.Single(await _bench.Parts.ListAttemptsAsync(upload, CancellationToken.None));
    }

    [Theory]
    [InlineData(JournalFault.FailBefore)]
    [InlineData(JournalFault.FailAfter)]
    public async Task A_report_of_unknown_outcome_is_repeated_rather_than_the_bytes(JournalFault fault)
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

        Assert.True((await bench.StoreAsync(upload, 0, Body)).Answer.AttemptInUse);
        Assert.Single(await bench.Parts.ListAttemptsAsync(upload, CancellationToken.None));
    }

    [Fact]
    public async Task A_full_store_takes_no_part_and_the_upload_stays_as_it_was()
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
        Assert.True((await bench.StoreAsync(upload, 0, Body)).Answer.AttemptInUse);
    }

    [Fact]
    public async Task Bytes_that_are_collected_on_their_way_in_are_asked_for_again()
    {
        var upload = await OpenAsync();

        var outcome = await StoreWhileAsync(upload, CollectAsync);

        Assert.IsType<Refusal.AttemptCollected>(outcome.Refusal);
        await AssertNothingLeftAsync(upload);
    }

    [Fact]
    public async Task Bytes_that_are_collected_because_their_upload_was_aborted_are_told_so()
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

    private async Task<Outcome<PartStanding>> StoreWhileAsync(UploadId upload, Func<Task> happens) =>
        await _bench.Intake.StorePartAsync(
            upload,
            Some.Vault,
            new PartRange(0, Body.Length - 1),
            EngineBench.Hashes(Body),
            new EventfulStream(Body, happens),
            CancellationToken.None);

    [Fact]
    public async Task An_archive_in_one_request_is_there_at_once_and_its_upload_is_never_listed()
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
        Assert.Empty((await _bench.AskAsync(Some.Vault.Entity, new ListUploads(Some.Vault, "", 10))).Uploads);
    }

    [Fact]
    public async Task An_archive_in_one_request_that_is_refused_leaves_nothing_in_the_way_of_deleting_the_vault()
    {
        await _bench.CreateVaultAsync();
        var outcome = await _bench.Intake.StoreArchiveAsync(
            Some.Vault, Description.None, 10, EngineBench.Hashes(Body), new MemoryStream(Body), CancellationToken.None);
        Assert.IsType<Refusal.LengthDiffers>(outcome.Refusal);
        await _bench.AskAsync(Some.Vault.Entity, new DeleteVault(Some.Vault));
    }

    /// <summary>A body during which something happens.</summary>
    private sealed class EventfulStream(byte[] bytes, Func<Task> happens) : MemoryStream(bytes)
    {
        private Func<Task>? _happens = happens;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Interlocked.Exchange(ref _happens, null) is { } happens)
            {
                await happens();
            }

            return await base.ReadAsync(buffer, cancellationToken);
        }
    }

    /// <summary>A connection that is gone before the first byte.</summary>
    private sealed class UnreadableStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count) => throw new IOException("The sender is gone.");

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
