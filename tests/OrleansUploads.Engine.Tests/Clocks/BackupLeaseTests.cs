using OrleansUploads.Engine.Clocks;

namespace OrleansUploads.Engine.Tests.Clocks;

public sealed class BackupLeaseTests : IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly ServiceBench _bench = new();

    public void Dispose() => _bench.Dispose();

    private Task<DateTimeOffset> BeginAsync(TimeSpan lease) => _bench.Clock.BeginBackupAsync(_bench.Host, lease, CancellationToken.None);

    /// <summary>Creates an upload whose part is replaced after the journal was copied.</summary>
    private async Task<UploadId> ReplaceAfterCopyAsync(TimeSpan lease)
    {
        await _bench.BeatAsync();
        var upload = await _bench.OpenAndStoreAsync(times: 1);
        await BeginAsync(lease);
        await _bench.StoreAsync(upload, 0, Some.Bytes(1000, 9));
        return upload;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Bytes_named_in_the_copied_journal_are_not_deleted_while_the_parts_are_copied(bool isAborted)
    {
        var upload = await ReplaceAfterCopyAsync(lease: 48 * Hour);
        if (isAborted)
        {
            await _bench.AskAsync(upload.Entity, new AbortUpload(ClientCalls.Incarnation));
        }

        await _bench.ServeAsync(47 * Hour);
        Assert.Equal(default, await _bench.RunHousekeepingAsync());
        Assert.Equal(2, (await _bench.StoredAsync(upload)).Count);

        await _bench.Clock.EndBackupAsync(_bench.Host, CancellationToken.None);
        await _bench.RunHousekeepingAsync();
        Assert.Equal(isAborted ? 0 : 1, (await _bench.StoredAsync(upload)).Count);
    }

    [Fact]
    [Promise("operations.md", "a backup's lease expires")]
    public async Task A_backup_started_right_after_a_clock_jump_does_not_hide_the_jump()
    {
        await _bench.BeatAsync();
        _bench.Machine.Jump(48 * Hour);

        await BeginAsync(lease: Hour);
        await _bench.BeatAsync();

        Assert.NotNull(_bench.Clock.Fault);
    }

    [Fact]
    [Promise("operations.md", "a backup's lease expires")]
    public async Task A_lease_survives_a_restart_and_expires()
    {
        var upload = await ReplaceAfterCopyAsync(lease: 48 * Hour);
        await _bench.ServeAsync(30 * Hour);
        await _bench.RestartAsync();
        await _bench.RunHousekeepingAsync();
        Assert.Equal(2, (await _bench.StoredAsync(upload)).Count);
        Assert.NotNull(_bench.Clock.BackupUntil);

        await _bench.ServeAsync(19 * Hour);

        Assert.Null(_bench.Clock.BackupUntil);
        Assert.Equal(1, (await _bench.RunHousekeepingAsync()).AttemptsDeleted);
    }

    [Fact]
    public async Task A_silo_whose_clock_has_differed_learns_of_a_backup_before_it_deletes_bytes_again()
    {
        var agrees = true;
        using var silo = new ServiceClock(_bench.Machine, () => agrees);
        await silo.BeatAsync(_bench.Host, CancellationToken.None);
        agrees = false;
        await BeginAsync(lease: Hour);
        for (var beat = 0; beat < 2; beat++)
        {
            _bench.Time.Advance(ServiceClock.BeatInterval);
            await silo.BeatAsync(_bench.Host, CancellationToken.None);
        }

        agrees = true;

        Assert.False(silo.Read().IsTrusted);
        await silo.BeatAsync(_bench.Host, CancellationToken.None);
        Assert.True(silo.Read() is { IsTrusted: true, HoldsBytes: true });
    }

    [Fact]
    public async Task A_process_that_cannot_ask_whether_a_backup_has_begun_deletes_no_bytes()
    {
        await _bench.BeatAsync();
        _bench.Time.Advance(ServiceClock.BackupNoticeTime - TimeSpan.FromSeconds(1));
        Assert.False(_bench.Clock.Read().HoldsBytes);

        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_bench.Clock.Read().HoldsBytes);

        await _bench.BeatAsync();
        Assert.False(_bench.Clock.Read().HoldsBytes);
    }
}
