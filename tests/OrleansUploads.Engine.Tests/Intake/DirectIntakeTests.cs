using OrleansUploads.Core.Refusals;
using OrleansUploads.Engine.Receiving;
using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Engine.Tests.Intake;

/// <summary>Parts that nodes write straight into the store.</summary>
public sealed class DirectIntakeTests
{
    private const int MiB = (int)Some.MiB;

    private static readonly byte[] First = Some.Bytes(MiB, 1);
    private static readonly byte[] Last = Some.Bytes(1000, 2);
    private static readonly byte[] Archive = [.. First, .. Last];
    private static readonly PartRange LastRange = new(MiB, Archive.Length - 1);

    private readonly EngineBench _bench = new(wrapParts: static parts => new GrantingPartStore(parts));
    private readonly DirectIntake _intake;

    public DirectIntakeTests() => _intake = IntakeOf(_bench);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static DirectIntake IntakeOf(EngineBench bench, MaintenanceOptions? maintenance = null) =>
        new(bench.Host, bench.Parts, bench.Ids, bench.Time, maintenance ?? new MaintenanceOptions(), new WriteClaims(bench.Time));

    private async Task<IReadOnlyList<GrantedWrite<PartRange>>> GrantAsync(UploadId upload, IReadOnlyList<PartRange> ranges, int? atMost = null) =>
        (await _intake.GrantAsync(upload, ClientCalls.Incarnation, ranges, atMost, Cancellation)).Answer.Writes;

    /// <summary>Gets a grant for a part and writes it.</summary>
    private async Task<AttemptId> WriteAsync(UploadId upload, PartRange range, byte[] bytes)
    {
        var granted = Assert.Single(await GrantAsync(upload, [range]));
        await _bench.Parts.StoreAsync(upload, granted.Attempt, bytes);
        return granted.Attempt;
    }

    private static async ValueTask<Outcome<Done>> ReportAsync(
        DirectIntake intake, UploadId upload, PartRange range, byte[] bytes, AttemptId attempt) =>
        Assert.Single(await intake.ReportAsync(
            upload, ClientCalls.Incarnation, [new(range, TreeHasher.Compute(bytes), attempt)], sender: null, Cancellation));

    private async Task<Refusal?> ReportAsync(UploadId upload, PartRange range, byte[] bytes, AttemptId attempt) =>
        (await ReportAsync(_intake, upload, range, bytes, attempt)).Refusal;

    private async Task StoreAsync(UploadId upload, PartRange range, byte[] bytes) =>
        Assert.Null(await ReportAsync(upload, range, bytes, await WriteAsync(upload, range, bytes)));

    [Fact]
    public async Task Written_parts_make_up_the_archive_and_a_late_report_takes_no_byte_from_it()
    {
        var upload = await _bench.OpenFirstUploadAsync();
        var attempt = await WriteAsync(upload, ClientCalls.SlotRange(0), First);
        Assert.Null(await ReportAsync(upload, ClientCalls.SlotRange(0), First, attempt));
        Assert.Null(await ReportAsync(upload, ClientCalls.SlotRange(0), First, attempt));
        await StoreAsync(upload, LastRange, Last);
        await _bench.CompleteAsync(upload, Archive);

        Assert.IsType<Refusal.UploadNotFound>(await ReportAsync(upload, ClientCalls.SlotRange(0), First, attempt));

        Assert.Equal(Archive, await _bench.ReadAsync(upload, 0, Archive.Length - 1));
        Assert.Equal(2, (await _bench.StoredAsync(upload)).Count);
    }

    [Fact]
    public async Task A_report_is_compared_with_the_store_and_a_refused_one_deletes_nothing()
    {
        var upload = await _bench.OpenFirstUploadAsync();
        var range = ClientCalls.SlotRange(0);
        var attempt = await WriteAsync(upload, range, First);
        var ungranted = _bench.Ids.NewAttempt();
        await _bench.Parts.StoreAsync(upload, ungranted, First);
        var unwritten = Assert.Single(await GrantAsync(upload, [range])).Attempt;

        Assert.IsType<Refusal.AttemptNotAsReported>(await ReportAsync(upload, range, First, ungranted));
        Assert.IsType<Refusal.AttemptNotAsReported>(await ReportAsync(upload, range, First, unwritten));
        Assert.IsType<Refusal.AttemptNotAsReported>(await ReportAsync(upload, range, Some.Bytes(MiB, 3), attempt));
        Assert.IsType<Refusal.AttemptNotAsReported>(await ReportAsync(upload, new PartRange(0, 999), Last, attempt));
        Assert.IsType<Refusal.AttemptOfOtherPart>(await ReportAsync(upload, ClientCalls.SlotRange(1), First, attempt));
        Assert.Empty(await _bench.ListPartsAsync(upload));

        Assert.Null(await ReportAsync(upload, range, First, attempt));
    }

    [Fact]
    public async Task Each_of_several_reports_has_its_own_outcome()
    {
        var upload = await _bench.OpenFirstUploadAsync();
        var first = await WriteAsync(upload, ClientCalls.SlotRange(0), First);
        var second = await WriteAsync(upload, ClientCalls.SlotRange(1), First);
        var third = await WriteAsync(upload, ClientCalls.SlotRange(2), First);
        var hash = TreeHasher.Compute(First);

        var outcomes = await _intake.ReportAsync(
            upload,
            ClientCalls.Incarnation,
            [
                new(ClientCalls.SlotRange(0), hash, first),
                new(ClientCalls.SlotRange(1), TreeHasher.Compute(Last), second),
                new(ClientCalls.SlotRange(3), hash, third),
                new(ClientCalls.SlotRange(2), hash, third),
            ],
            sender: null,
            Cancellation);

        Assert.Collection(
            outcomes.Select(static outcome => outcome.Refusal),
            Assert.Null,
            static refusal => Assert.IsType<Refusal.AttemptNotAsReported>(refusal),
            static refusal => Assert.IsType<Refusal.AttemptOfOtherPart>(refusal),
            Assert.Null);
        Assert.Equal(
            [ClientCalls.SlotRange(0), ClientCalls.SlotRange(2)],
            (await _bench.ListPartsAsync(upload)).Select(static part => part.Range));
    }

    [Fact]
    public async Task A_write_is_granted_like_a_part_and_not_after_the_end_of_its_upload()
    {
        var upload = await _bench.OpenFirstUploadAsync();
        Assert.IsType<Refusal.RangeNotAligned>((await _intake.GrantAsync(
            upload, ClientCalls.Incarnation, [ClientCalls.SlotRange(0), new PartRange(1, 2)], atMost: null, Cancellation)).Refusal);
        Assert.IsType<Refusal.TooManyParts>((await _intake.GrantAsync(
            upload, ClientCalls.Incarnation, [ClientCalls.SlotRange(Limits.MaxParts)], atMost: 1, Cancellation)).Refusal);

        var granted = Assert.Single(await GrantAsync(upload, [ClientCalls.SlotRange(4)]));
        Assert.Equal((5, _bench.Time.GetUtcNow()), (granted.Attempt.GrantedNumber, granted.Attempt.CreatedAt));
        Assert.Equal(_bench.Time.GetUtcNow().AddMinutes(15), granted.Write.Until);

        await _bench.AskAsync(upload.Entity, new AbortUpload(ClientCalls.Incarnation));
        Assert.IsType<Refusal.UploadNotFound>((await _intake.GrantAsync(
            upload, ClientCalls.Incarnation, [ClientCalls.SlotRange(0)], atMost: null, Cancellation)).Refusal);
        Assert.IsType<Refusal.UploadNotFound>(await ReportAsync(upload, ClientCalls.SlotRange(4), First, granted.Attempt));
    }

    [Fact]
    public async Task A_grant_ends_long_before_its_bytes_may_be_collected()
    {
        var upload = await _bench.OpenFirstUploadAsync();
        var intake = IntakeOf(_bench, new MaintenanceOptions { AttemptGrace = TimeSpan.FromMinutes(10) });
        var granted = await intake.GrantAsync(upload, ClientCalls.Incarnation, [ClientCalls.SlotRange(0)], atMost: null, Cancellation);
        Assert.Equal(_bench.Time.GetUtcNow().AddMinutes(5), Assert.Single(granted.Answer.Writes).Write.Until);
    }

    [Fact]
    public async Task Nodes_get_different_parts_which_the_upload_does_not_have_until_the_claims_are_old()
    {
        var upload = await _bench.OpenFirstUploadAsync();
        PartRange[] ranges = [.. Enumerable.Range(0, 6).Select(ClientCalls.SlotRange)];
        await StoreAsync(upload, ranges[1], First);
        _bench.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal([ranges[0], ranges[2]], (await GrantAsync(upload, ranges, atMost: 2)).Select(static granted => granted.Part));
        Assert.Equal([ranges[3], ranges[4]], (await GrantAsync(upload, ranges, atMost: 2)).Select(static granted => granted.Part));
        Assert.Equal([ranges[5]], (await GrantAsync(upload, ranges, atMost: 2)).Select(static granted => granted.Part));
        Assert.Empty(await GrantAsync(upload, ranges, atMost: 2));

        _bench.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([ranges[0], ranges[2]], (await GrantAsync(upload, ranges, atMost: 2)).Select(static granted => granted.Part));
    }

    [Fact]
    public async Task What_was_written_and_not_reported_is_collected_and_its_report_is_refused()
    {
        var upload = await _bench.OpenFirstUploadAsync();
        await StoreAsync(upload, LastRange, Last);
        var late = await WriteAsync(upload, ClientCalls.SlotRange(0), First);
        var grace = new MaintenanceOptions().AttemptGrace;
        _bench.Time.Advance(grace + TimeSpan.FromMilliseconds(1));
        await _bench.CollectAsync(grace);

        Assert.DoesNotContain(late, await _bench.StoredAsync(upload));
        Assert.Single(await _bench.StoredAsync(upload));
        await _bench.Parts.StoreAsync(upload, late, First);
        Assert.IsType<Refusal.AttemptCollected>(await ReportAsync(upload, ClientCalls.SlotRange(0), First, late));
    }

    [Fact]
    public async Task Nothing_is_acknowledged_in_a_store_that_belongs_to_another_server()
    {
        var upload = await _bench.OpenFirstUploadAsync();
        var attempt = await WriteAsync(upload, ClientCalls.SlotRange(0), First);
        var store = (GrantingPartStore)_bench.Parts;
        store.Loss = new PartStoreUnavailableException("The store is lost.");

        await Assert.ThrowsAsync<PartStoreUnavailableException>(() => ReportAsync(upload, ClientCalls.SlotRange(0), First, attempt));

        Assert.Empty(await _bench.ListPartsAsync(upload));
    }

    [Theory]
    [InlineData(JournalFault.FailBefore)]
    [InlineData(JournalFault.FailAfter)]
    public async Task A_report_whose_answer_was_lost_is_repeated(JournalFault fault)
    {
        var failing = false;
        var bench = new EngineBench(
            inner => new FaultyJournal(
                inner, call => failing && call.Operation == JournalOperation.Append ? fault : JournalFault.None),
            static parts => new GrantingPartStore(parts));
        var upload = await bench.OpenFirstUploadAsync();
        var granted = (await IntakeOf(bench).GrantAsync(
            upload, ClientCalls.Incarnation, [ClientCalls.SlotRange(0)], atMost: null, Cancellation)).Answer.Writes[0];
        await bench.Parts.StoreAsync(upload, granted.Attempt, First);
        var repeated = 0;
        failing = true;

        await bench.UntilAnsweredAsync(async () =>
        {
            failing = repeated++ == 0;
            return await ReportAsync(IntakeOf(bench), upload, ClientCalls.SlotRange(0), First, granted.Attempt);
        });

        Assert.Equal(2, repeated);
        Assert.Single(await bench.ListPartsAsync(upload));
    }

    [Fact]
    public async Task A_store_that_cannot_grant_writes_takes_no_reports_either()
    {
        var bench = new EngineBench();
        var upload = await bench.OpenFirstUploadAsync();
        Assert.IsType<Refusal.WritesNotGranted>((await IntakeOf(bench).GrantAsync(
            upload, ClientCalls.Incarnation, [ClientCalls.SlotRange(0)], atMost: null, Cancellation)).Refusal);
        var attempt = bench.Ids.NewGrantedAttempt(1);
        await bench.Parts.StoreAsync(upload, attempt, First);
        Assert.IsType<Refusal.WritesNotGranted>((await ReportAsync(IntakeOf(bench), upload, ClientCalls.SlotRange(0), First, attempt)).Refusal);
    }
}
