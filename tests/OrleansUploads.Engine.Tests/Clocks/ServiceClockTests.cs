using OrleansUploads.Core.Service;
using OrleansUploads.Core.Settings;
using OrleansUploads.Engine.Clocks;

namespace OrleansUploads.Engine.Tests.Clocks;

/// <summary>Outages, suspends, restored backups and clock jumps never cause data to be deleted early.</summary>
public sealed class ServiceClockTests : IDisposable
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly ServiceBench _bench = new();

    public void Dispose() => _bench.Dispose();

    /// <summary>An open upload with a part, and an attempt that the part has replaced.</summary>
    private async Task<UploadId> OpenAsync()
    {
        await _bench.BeatAsync();
        return await _bench.OpenAndStoreAsync(times: 2);
    }

    private async Task AssertNothingDeletedAsync(UploadId upload)
    {
        Assert.True(await _bench.HasPartAsync(upload));
        Assert.Equal(2, (await _bench.StoredAsync(upload)).Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Eight_days_without_the_server_or_its_machine_are_no_service_time_and_no_fault(bool isSuspended)
    {
        var upload = await OpenAsync();
        await _bench.ServeAsync(TimeSpan.FromMinutes(5));
        if (isSuspended)
        {
            _bench.Machine.Suspend(8 * Day);
            await _bench.BeatAsync();
        }
        else
        {
            await _bench.RestartAsync(stopped: 8 * Day);
        }

        await _bench.RunHousekeepingAsync();

        await AssertNothingDeletedAsync(upload);
        Assert.Null(_bench.Clock.Fault);
        Assert.InRange(_bench.Clock.Read().ServedSince(Some.Noon - Day), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(6));
    }

    [Fact]
    [Promise("operations.md", "an open upload without activity")]
    public async Task An_upload_expires_after_a_week_of_service_time()
    {
        var upload = await OpenAsync();
        await _bench.ServeAsync(3 * Day);
        await _bench.RestartAsync(stopped: 30 * Day);
        await _bench.ServeAsync((4 * Day) - TimeSpan.FromMinutes(1));
        await _bench.RunHousekeepingAsync();
        Assert.True(await _bench.HasPartAsync(upload));

        await _bench.ServeAsync(TimeSpan.FromMinutes(2));
        await _bench.RunHousekeepingAsync();

        Assert.False(await _bench.HasPartAsync(upload));
    }

    [Fact]
    [Promise("operations.md", "the clock jumps, or is behind the journal")]
    [Promise("operations.md", "uploads and jobs expire, unowned bytes are collected, and bytes and records of what was deleted are deleted")]
    public async Task A_clock_that_jumps_a_week_ahead_deletes_nothing()
    {
        var upload = await OpenAsync();
        await _bench.ServeAsync(TimeSpan.FromHours(1));

        _bench.Machine.Jump(8 * Day);
        await _bench.RunHousekeepingAsync();
        await AssertNothingDeletedAsync(upload);

        await _bench.ServeAsync(2 * Day);
        await _bench.RunHousekeepingAsync();
        await AssertNothingDeletedAsync(upload);
        Assert.Equal(ClockFaultKind.Jumped, _bench.Clock.Fault!.Kind);
    }

    [Fact]
    [Promise("operations.md", "the clock jumps, or is behind the journal")]
    [Promise("cluster.md", "a silo's clock jumps while it runs, or the cluster's clocks are behind the journal")]
    public async Task A_clock_fault_survives_a_restart_and_is_cleared_by_an_operator()
    {
        var upload = await OpenAsync();
        _bench.Machine.Jump(8 * Day);
        await _bench.BeatAsync();

        await _bench.RestartAsync();
        await _bench.ServeAsync(8 * Day);
        await _bench.RunHousekeepingAsync();
        await AssertNothingDeletedAsync(upload);
        Assert.NotNull(_bench.Clock.Fault);

        await _bench.Clock.AcceptAsync(_bench.Host, CancellationToken.None);
        await _bench.RunHousekeepingAsync();
        await AssertNothingDeletedAsync(upload);
        Assert.Null(_bench.Clock.Fault);

        await _bench.ServeAsync(25 * TimeSpan.FromHours(1));
        Assert.Equal(1, (await _bench.RunHousekeepingAsync()).AttemptsDeleted);
        await _bench.ServeAsync(6 * Day);
        await _bench.RunHousekeepingAsync();
        Assert.False(await _bench.HasPartAsync(upload));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-24 * 30)]
    [Promise("operations.md", "the clock jumps, or is behind the journal")]
    [Promise("operations.md", "uploads and jobs expire, unowned bytes are collected, and bytes and records of what was deleted are deleted")]
    public async Task A_clock_behind_the_journal_at_startup_is_a_fault(int hours)
    {
        var upload = await OpenAsync();
        await _bench.ServeAsync(2 * TimeSpan.FromHours(1));

        _bench.Machine.Jump(TimeSpan.FromHours(hours));
        await _bench.RestartAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(ClockFaultKind.BehindJournal, _bench.Clock.Fault!.Kind);
        Assert.False(_bench.Clock.Read().IsTrusted);
        await _bench.RunHousekeepingAsync();
        await AssertNothingDeletedAsync(upload);
    }

    [Fact]
    public async Task A_jump_reverted_before_the_next_beat_is_a_fault_if_it_was_observed()
    {
        var upload = await OpenAsync();
        await _bench.ServeAsync(TimeSpan.FromMinutes(5));

        _bench.Machine.Jump(8 * Day);
        Assert.False(_bench.Clock.Read().IsTrusted);
        await _bench.RunHousekeepingAsync();
        _bench.Machine.Jump(-8 * Day);
        await _bench.ServeAsync(TimeSpan.FromMinutes(5));

        Assert.Equal(ClockFaultKind.Jumped, _bench.Clock.Fault!.Kind);
        Assert.False(_bench.Clock.Read().IsTrusted);
        await AssertNothingDeletedAsync(upload);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Promise("operations.md", "uploads and jobs expire, unowned bytes are collected, and bytes and records of what was deleted are deleted")]
    public async Task Uploads_started_while_the_clock_is_behind_get_their_full_time_after_it_is_corrected(bool isNoticedByABeat)
    {
        await OpenAsync();
        await _bench.ServeAsync(30 * Day);
        _bench.Machine.Jump(-30 * Day);
        if (isNoticedByABeat)
        {
            await _bench.BeatAsync();
        }

        var upload = await _bench.OpenAndStoreAsync(times: 1);
        _bench.Machine.Jump(30 * Day);
        await _bench.BeatAsync();
        await _bench.Clock.AcceptAsync(_bench.Host, CancellationToken.None);
        await _bench.ServeAsync(6 * Day);
        await _bench.RunHousekeepingAsync();

        Assert.True(await _bench.HasPartAsync(upload));
    }

    [Fact]
    public async Task A_clock_that_creeps_ahead_adds_no_extra_service_time()
    {
        var upload = await OpenAsync();
        for (var minute = 0; minute < 2 * 24 * 60; minute++)
        {
            _bench.Time.Advance(TimeSpan.FromMinutes(1));
            _bench.Machine.Jump(TimeSpan.FromSeconds(59));
            await _bench.BeatAsync();
        }

        Assert.Null(_bench.Clock.Fault);
        Assert.InRange(_bench.Clock.Read().ServedSince(Some.Noon), Day, (2 * Day) + TimeSpan.FromMinutes(1));
        Assert.True(await _bench.HasPartAsync(upload));
    }

    [Fact]
    public async Task Uploads_from_before_the_first_beat_get_their_full_time()
    {
        // A data folder of a version without heartbeats.
        var upload = await _bench.OpenAndStoreAsync(times: 1);
        await _bench.RestartAsync(stopped: 20 * Day);
        await _bench.RunHousekeepingAsync();
        Assert.True(await _bench.HasPartAsync(upload));

        await _bench.ServeAsync(UploadPolicy.DefaultStaleAfter + TimeSpan.FromMinutes(1));
        await _bench.RunHousekeepingAsync();

        Assert.False(await _bench.HasPartAsync(upload));
    }

    [Fact]
    public async Task Before_the_first_beat_nothing_expires_and_nothing_is_collected()
    {
        using var fresh = new ServiceClock(_bench.Machine);

        var time = fresh.Read();

        Assert.False(time.IsTrusted);
        Assert.True(time.HoldsBytes);
        Assert.Equal(TimeSpan.Zero, time.ServedSince(Some.Noon - (100 * Day)));
        await _bench.BeatAsync();
    }

    [Fact]
    public async Task Each_reason_for_distrust_says_what_to_do()
    {
        var agrees = true;
        using var clock = new ServiceClock(_bench.Machine, () => agrees);
        Assert.Contains("not recorded since its start", clock.Distrust, StringComparison.Ordinal);

        await clock.BeatAsync(_bench.Host, CancellationToken.None);
        Assert.Null(clock.Distrust);

        agrees = false;
        Assert.Contains("Correct the clock of this machine; nothing else", clock.Distrust, StringComparison.Ordinal);

        agrees = true;
        _bench.Machine.Jump(Day);
        Assert.Contains("orleans-uploads-silo clock accept", clock.Distrust, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(-2)]
    [Promise("cluster.md", "a silo's clock differs by more than a minute from the median of the active silos, or a majority of them cannot be asked")]
    public async Task A_clock_that_disagrees_from_the_start_leaves_the_record_and_the_other_clocks_alone(int hours)
    {
        await _bench.BeatAsync();
        var agrees = false;
        var machine = new ManualHostClock(_bench.Time);
        machine.Jump(TimeSpan.FromHours(hours));
        using var wrong = new ServiceClock(machine, () => agrees);

        for (var beat = 0; beat < 3; beat++)
        {
            await wrong.BeatAsync(_bench.Host, CancellationToken.None);
            await _bench.ServeAsync(ServiceClock.BeatInterval);
        }

        Assert.True(wrong.HasAnswered);
        Assert.False(wrong.Read().IsTrusted);
        Assert.Contains("Correct the clock of this machine; nothing else", wrong.Distrust, StringComparison.Ordinal);
        Assert.Null(_bench.Clock.Fault);

        // Its correction is no fault either, and then it records.
        machine.Jump(TimeSpan.FromHours(-hours));
        Assert.False(wrong.Read().IsTrusted);
        agrees = true;
        await wrong.BeatAsync(_bench.Host, CancellationToken.None);
        Assert.Null(wrong.Distrust);
        await _bench.BeatAsync();
        Assert.Null(_bench.Clock.Distrust);
    }

    [Fact]
    public async Task The_record_of_a_year_stays_small_in_the_journal()
    {
        await _bench.BeatAsync();
        for (var day = 0; day < 365; day++)
        {
            await _bench.ServeAsync(TimeSpan.FromMinutes(3));
            await _bench.RestartAsync(stopped: Day);
        }

        var status = await _bench.AskAsync(ServiceState.Entity, new EndBackup());
        Assert.Equal(Core.Deciding.ServedIntervals.MaxIntervals, status.Served.Count);
    }
}
