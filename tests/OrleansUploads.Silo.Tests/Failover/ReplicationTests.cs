using OrleansUploads.Postgres;

namespace OrleansUploads.Silo.Tests.Failover;

/// <summary>What is written and read while the standby, for which commits wait, is gone.</summary>
[Collection(nameof(SharedPair)), Campaign]
public sealed class ReplicationTests(SharedPair shared) : TestOnPair(shared)
{
    private readonly string _row = $"row-{Guid.NewGuid():N}";

    [Fact]
    [Promise("cluster.md", "somebody cancels a commit that waits (pg_cancel_backend)")]
    public async Task A_commit_whose_wait_for_the_standby_was_cancelled_is_unknown_and_not_done()
    {
        var rows = await RowsAsync();
        await Pair.Standby.StopAsync();
        var write = WriteAsync(rows);
        await CancelWaitsAsync();

        var fault = await Assert.ThrowsAsync<NpgsqlException>(() => write);

        Assert.Contains("The outcome of a commit is unknown", fault.Message, StringComparison.Ordinal);
        Assert.IsNotType<PostgresException>(fault);
    }

    [Fact]
    [Promise("cluster.md", "the standby is gone, and commits wait for it")]
    public async Task A_write_that_takes_too_long_is_given_up_and_goes_on_waiting_for_the_standby()
    {
        var rows = await RowsAsync("Command Timeout=2");
        await Pair.Standby.StopAsync();

        await Assert.ThrowsAsync<NpgsqlException>(() => WriteAsync(rows));

        Assert.Equal("1", await WaitingAsync());
        Assert.Equal("0", await CountVisibleAsync());
        await Pair.Standby.StartAsync();
        await Eventually.BecomesTrueAsync(async () => await ReadAsync(rows) is not null, "the write takes effect");
    }

    [Fact]
    [Promise("cluster.md", "somebody cancels a commit that waits (pg_cancel_backend)")]
    public async Task A_row_that_the_standby_lacks_is_not_confirmed_before_the_standby_has_it()
    {
        var rows = await RowsAsync("Command Timeout=2");
        await Pair.Standby.StopAsync();
        await Assert.ThrowsAsync<NpgsqlException>(() => WriteAsync(rows));
        await CancelWaitsAsync();
        await Eventually.BecomesTrueAsync(async () => await CountVisibleAsync() == "1", "the row is visible");

        await Assert.ThrowsAsync<NpgsqlException>(() => ReadAsync(rows));

        var read = ReadAsync(await RowsAsync("Command Timeout=0"));

        // The session of the read before may still wait, so one cancellation may miss this read.
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await Pair.Primary.CancelWaitsAsync();
                return read.IsCompleted;
            },
            "the read is cancelled");
        await Assert.ThrowsAsync<NpgsqlException>(() => read);

        await Pair.Standby.StartAsync();
        await Pair.Primary.AwaitStandbyAsync();
        Assert.NotNull(await ReadAsync(rows));
    }

    [Fact]
    public async Task A_write_that_waits_for_a_row_of_a_waiting_commit_leaves_no_session_behind()
    {
        var rows = await RowsAsync("Command Timeout=2");
        await WriteAsync(rows);
        var version = (await ReadAsync(rows))!.Version;
        await Pair.Standby.StopAsync();
        await Assert.ThrowsAsync<NpgsqlException>(() => WriteAsync(rows, version));

        await Assert.ThrowsAsync<PostgresException>(() => WriteAsync(rows, version));

        Assert.Equal("1", await WaitingAsync());
        Assert.Equal("0", await Pair.Primary.QueryAsync("SELECT count(*) FROM pg_locks WHERE NOT granted"));
    }

    private Task<bool> WriteAsync(PostgresNamedRows rows, string? version = null) =>
        rows.TryWriteAsync(_row, new byte[] { 1 }, version, CancellationToken.None).AsTask();

    private Task<NamedRow?> ReadAsync(PostgresNamedRows rows) => rows.FindAsync(_row, CancellationToken.None).AsTask();

    private Task<string?> CountVisibleAsync() => PostgresServer.QueryAsync(
        PostgresPair.On(Pair.Primary), $"SELECT count(*) FROM uploads_row WHERE name = '{_row}'");

    private async Task<PostgresNamedRows> RowsAsync(string settings = "") => new(await ConnectAsync(settings), "service");

    private Task<string?> WaitingAsync() =>
        Pair.Primary.QueryAsync("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
}
