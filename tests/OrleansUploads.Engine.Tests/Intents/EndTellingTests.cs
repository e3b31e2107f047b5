using OrleansUploads.Core.Settings;
using OrleansUploads.Engine.Intents;

namespace OrleansUploads.Engine.Tests.Intents;

/// <summary>How the ends of uploads reach a receiver that fails, hangs or is away.</summary>
public sealed class EndTellingTests : IDisposable
{
    private static readonly byte[] Body = Some.Bytes(100, 1);

    private readonly ToldEvents _told = new();
    private readonly RecordedLog _log = new();
    private readonly EngineBench _bench;

    public EndTellingTests() => _bench = new EngineBench(log: _log, events: _told);

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task Each_end_is_told_once_to_a_receiver_that_takes_it()
    {
        var completed = await _bench.OpenFirstUploadAsync();
        await _bench.StoreAsync(completed, 0, Body);
        var archive = await _bench.CompleteAsync(completed, Body);
        var aborted = await _bench.OpenUploadAsync();
        await AbortAsync(aborted);
        var expired = await _bench.OpenUploadAsync();
        await _told.AwaitAsync(2);
        _bench.Time.Advance(UploadPolicy.DefaultStaleAfter);
        await _bench.WakeAsync();
        await _told.AwaitAsync(3);

        await SettleAsync();
        _bench.Crash();
        _bench.Time.Advance(TimeSpan.FromMinutes(30));
        await _bench.WakeAsync();

        Assert.Equal(
            [(completed, UploadPhase.Completed), (aborted, UploadPhase.Aborted), (expired, UploadPhase.Expired)],
            _told.Notices.Select(notice => (notice.Spec.Upload, notice.End)));
        Assert.Equal(archive.Archive, ((ArchiveCompletion)_told.Notices[0].Completion!).Archive);
    }

    [Fact]
    public async Task A_receiver_that_fails_delays_no_answer_and_gets_the_event_again_with_the_same_ID()
    {
        _told.Fails = true;
        await AbortAsync(await _bench.OpenFirstUploadAsync());
        await _told.AwaitAsync(1);
        await WakeUntilToldAsync(2);
        _told.Fails = false;
        await WakeUntilToldAsync(3);

        Assert.Single(_told.Notices.Select(notice => notice.Id).Distinct());
        await AssertNothingMoreIsToldAsync(3);
    }

    [Fact]
    public async Task An_event_in_flight_when_the_process_dies_is_told_by_the_next_one()
    {
        _told.Hold();
        await AbortAsync(await _bench.OpenFirstUploadAsync());
        await _told.AwaitAsync(1);
        _bench.Crash();
        _told.TakeOthers();
        await WakeUntilToldAsync(2);
        Assert.Equal(_told.Notices[0].Id, _told.Notices[1].Id);
    }

    [Fact]
    public async Task A_receiver_that_hangs_gets_few_events_at_a_time_and_holds_up_nothing_else()
    {
        _told.Hold();
        await _bench.CreateVaultAsync();
        for (var i = 0; i < 3 * EndTelling.MaxPerTenant; i++)
        {
            await AbortAsync(await _bench.OpenUploadAsync());
        }

        await _told.AwaitAsync(EndTelling.MaxPerTenant);
        Assert.Equal(EndTelling.MaxPerTenant, _told.Notices.Count);
        var upload = await _bench.OpenUploadAsync();
        await _bench.StoreAsync(upload, 0, Body);
        await _bench.DeleteAsync((await _bench.CompleteAsync(upload, Body)).Archive);
        await _bench.AwaitReclaimedAsync(upload);
        _told.Release();
        await _told.AwaitAsync((3 * EndTelling.MaxPerTenant) + 1);
    }

    [Fact]
    public async Task An_event_that_is_not_taken_in_time_is_repeated_and_its_upload_does_not_stay_in_memory()
    {
        _told.Hold();
        await AbortAsync(await _bench.OpenFirstUploadAsync());
        await _told.AwaitAsync(1);
        _bench.Time.Advance(EndTelling.Timeout);
        await Eventually.BecomesTrueAsync(
            () => _log.Entries.Any(entry => entry.Fault is TimeoutException), "the attempt is given up");
        await SettleAsync();
        _told.Release();
        await WakeUntilToldAsync(2);
    }

    [Fact]
    public async Task An_event_that_is_not_taken_for_a_day_is_given_up_with_a_line_in_the_log()
    {
        using var abandoned = new OwnMeasurements("orleansuploads.events.abandoned");
        _told.Fails = true;
        await AbortAsync(await _bench.OpenFirstUploadAsync());
        await _told.AwaitAsync(1);
        _bench.Time.Advance(UploadPolicy.EndNoticeLife - TimeSpan.FromMinutes(1));
        await _bench.WakeAsync();
        await _told.AwaitAsync(2);
        Assert.DoesNotContain(_log.Entries, static entry => entry.Id == 1008);
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                _bench.Time.Advance(TimeSpan.FromMinutes(1));
                await _bench.WakeAsync();
                return _log.Entries.Any(static entry => entry.Id == 1008);
            },
            "the event is given up");
        Assert.Equal(3, _told.Notices.Count);
        Assert.Equal(1, abandoned.Sum);
        await AssertNothingMoreIsToldAsync(3);
    }

    [Fact]
    public async Task A_receiver_that_heeds_no_token_loses_its_turns_all_the_same()
    {
        var time = new ManualTime();
        var deaf = new DeafReceiver();
        var telling = new EndTelling(deaf, time, EngineLog.None);
        var hanging = Enumerable.Range(0, EndTelling.MaxPerTenant).Select(number => TellAsync(telling, number)).ToList();
        var next = TellAsync(telling, EndTelling.MaxPerTenant);
        Assert.Equal(EndTelling.MaxPerTenant, deaf.Calls);

        time.Advance(EndTelling.Timeout);

        foreach (var told in hanging)
        {
            await Assert.ThrowsAsync<TimeoutException>(() => told);
        }

        await Eventually.BecomesTrueAsync(() => deaf.Calls == EndTelling.MaxPerTenant + 1, "the next event is told");
        Assert.False(next.IsCompleted);
    }

    [Fact]
    public async Task An_event_for_which_there_is_no_place_has_not_had_its_last_attempt()
    {
        using var abandoned = new OwnMeasurements("orleansuploads.events.abandoned");
        _told.Hold();
        var telling = new EndTelling(_told, _bench.Time, EngineLog.None);
        const int Places = EndTelling.MaxPerTenant + EndTelling.MaxWaitingPerTenant;
        var waiting = Enumerable.Range(0, Places).Select(number => TellAsync(telling, number)).ToList();

        await Assert.ThrowsAsync<IOException>(() => TellAsync(telling, Places, isLast: true));

        Assert.Equal(0, abandoned.Sum);
        _told.Release();
        await Task.WhenAll(waiting);
        await TellAsync(telling, Places, isLast: true);
        Assert.Equal(Places + 1, _told.Notices.Count);
    }

    private static Task TellAsync(EndTelling telling, int number, bool isLast = false)
    {
        var notice = new EndNotice(Some.Spec(upload: number), UploadPhase.Aborted, Some.Noon, Completion: null);
        return telling.TellAsync(new TellEnd(notice, "tenant", isLast), CancellationToken.None).AsTask();
    }

    private async Task AbortAsync(UploadId upload) => await _bench.AskAsync(upload.Entity, new AbortUpload(ClientCalls.Incarnation));

    /// <summary>Waits until no entity has anything in hand, and none is in memory.</summary>
    private Task SettleAsync() => Eventually.BecomesTrueAsync(
        () =>
        {
            _bench.Time.Advance(TimeSpan.FromMinutes(1));
            return _bench.Host.LoadedEntities == 0;
        },
        "no entity is in memory");

    private Task WakeUntilToldAsync(int count) => Eventually.BecomesTrueAsync(
        async () =>
        {
            _bench.Time.Advance(TimeSpan.FromSeconds(10));
            await _bench.WakeAsync();
            return _told.Notices.Count >= count;
        },
        $"{count} attempts");

    private async Task AssertNothingMoreIsToldAsync(int count)
    {
        for (var round = 0; round < 3; round++)
        {
            _bench.Time.Advance(TimeSpan.FromHours(1));
            await _bench.WakeAsync();
        }

        Assert.Equal(count, _told.Notices.Count);
    }

    private sealed class DeafReceiver : IUploadEvents
    {
        private int _calls;

        public int Calls => Volatile.Read(ref _calls);

        public async ValueTask EndedAsync(EndNotice notice, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _calls);
            await new TaskCompletionSource().Task;
        }
    }
}
