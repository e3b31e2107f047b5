using System.Collections.Concurrent;
using Npgsql;
using OrleansUploads.Silo.Storage;

namespace OrleansUploads.Silo.Tests.Storage;

public sealed class RowWriteGroupsTests : IDisposable
{
    private readonly ConcurrentQueue<IReadOnlyList<RowWrite>> _groups = new();
    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _started = new(0);

    [Fact]
    public async Task Writes_that_arrive_during_other_writes_are_written_together()
    {
        var groups = new RowWriteGroups(WriteAsync);
        await Task.WhenAll([.. await FillAsync(groups), .. WaitingWrites(groups, 10)]);

        Assert.Equal(RowWriteGroups.MaxGroups + 10, _groups.Sum(group => group.Count));
        Assert.Contains(_groups, group => group.Count == 10);
    }

    [Fact]
    public async Task A_group_has_no_more_rows_than_its_limit()
    {
        var groups = new RowWriteGroups(WriteAsync);
        const int Waiting = (3 * RowWriteGroups.MaxRows) + 1;
        await Task.WhenAll([.. await FillAsync(groups), .. WaitingWrites(groups, Waiting)]);

        Assert.Equal(RowWriteGroups.MaxGroups + Waiting, _groups.Sum(group => group.Count));
        Assert.Equal(RowWriteGroups.MaxRows, _groups.Max(group => group.Count));
    }

    [Fact]
    public async Task A_group_has_no_more_bytes_than_its_limit()
    {
        var groups = new RowWriteGroups(WriteAsync);
        await Task.WhenAll(
            [.. await FillAsync(groups), .. WaitingWrites(groups, 8, bytes: RowWriteGroups.MaxBytes / 3)]);

        Assert.Equal(3, _groups.Max(group => group.Count));
    }

    [Fact]
    public async Task A_row_that_is_longer_than_the_limit_of_a_group_is_written_alone()
    {
        _go.SetResult();
        var groups = new RowWriteGroups(WriteAsync);

        Assert.Equal(8, await groups.WriteAsync(Row(7, RowWriteGroups.MaxBytes + 1)));
    }

    [Fact]
    public async Task Rows_are_written_in_the_order_of_their_keys()
    {
        var groups = new RowWriteGroups(WriteAsync);
        await Task.WhenAll([.. await FillAsync(groups), .. WaitingWrites(groups, 40)]);

        Assert.All(_groups, group => Assert.Equal(group.OrderBy(row => row.Key.GrainHash), group));
    }

    [Fact]
    public async Task Each_write_gets_the_version_of_its_own_row()
    {
        var groups = new RowWriteGroups(WriteAsync);
        var first = await FillAsync(groups);
        var rows = Enumerable.Range(0, 50).Reverse().Select(key => (Key: key, Version: groups.WriteAsync(Row(key)))).ToList();
        _go.SetResult();
        await Task.WhenAll(first);

        foreach (var (key, version) in rows)
        {
            Assert.Equal(key + 1, await version);
        }
    }

    [Fact]
    public async Task A_row_that_the_database_refuses_fails_no_other_row()
    {
        var groups = new RowWriteGroups(rows => rows.Any(row => row.Key.GrainHash == 3)
            ? throw new PostgresException("duplicate key", "ERROR", "ERROR", PostgresErrorCodes.UniqueViolation)
            : WriteAsync(rows));
        var first = await FillAsync(groups);
        var rows = Enumerable.Range(0, 6).Select(key => groups.WriteAsync(Row(key))).ToList();
        _go.SetResult();
        await Task.WhenAll(first);

        for (var key = 0; key < rows.Count; key++)
        {
            if (key == 3)
            {
                await Assert.ThrowsAsync<PostgresException>(() => rows[3]);
            }
            else
            {
                Assert.Equal(key + 1, await rows[key]);
            }
        }
    }

    [Theory]
    [InlineData("FATAL", PostgresErrorCodes.AdminShutdown)]
    [InlineData("PANIC", PostgresErrorCodes.AdminShutdown)]
    [InlineData("ERROR", PostgresErrorCodes.ProtocolViolation)]
    [InlineData("ERROR", PostgresErrorCodes.StatementCompletionUnknown)]
    public async Task A_group_whose_outcome_is_unknown_is_not_written_again(string severity, string state)
    {
        var attempts = 0;
        var groups = new RowWriteGroups(async rows =>
        {
            await WriteAsync(rows);
            Interlocked.Increment(ref attempts);
            throw new PostgresException("terminating connection", severity, severity, state);
        });
        var writes = (await FillAsync(groups)).Concat(WaitingWrites(groups, 10)).ToList();
        foreach (var write in writes)
        {
            await Assert.ThrowsAsync<PostgresException>(() => write);
        }

        Assert.Equal(RowWriteGroups.MaxGroups + 1, attempts);
    }

    [Fact]
    public async Task Writes_after_a_failure_are_written()
    {
        var failing = true;
        _go.SetResult();
        var groups = new RowWriteGroups(rows => failing ? throw new NpgsqlException("The connection broke.") : WriteAsync(rows));
        await Assert.ThrowsAsync<NpgsqlException>(() => groups.WriteAsync(Row(1)));
        failing = false;

        Assert.Equal(2, await groups.WriteAsync(Row(1)));
    }

    public void Dispose() => _started.Dispose();

    private static RowWrite Row(int key, int bytes = 1) => new(new RowKey(key, 0, 0, $"{key}", 0, "test"), key, new byte[bytes]);

    /// <summary>The fake database: it waits for <see cref="_go"/> and increases the version of each row.</summary>
    private async Task<int?[]> WriteAsync(IReadOnlyList<RowWrite> rows)
    {
        _groups.Enqueue(rows);
        _started.Release();
        await _go.Task;
        return [.. rows.Select(static row => row.Version + 1)];
    }

    /// <summary>Starts as many groups as may be written at the same time, each with one row. They wait.</summary>
    private async Task<List<Task<int?>>> FillAsync(RowWriteGroups groups)
    {
        var writes = new List<Task<int?>>();
        for (var i = 0; i < RowWriteGroups.MaxGroups; i++)
        {
            writes.Add(groups.WriteAsync(Row(1000 + i)));
            await _started.WaitAsync(TestContext.Current.CancellationToken);
        }

        return writes;
    }

    /// <summary>Adds writes, and lets all groups go on.</summary>
    private List<Task<int?>> WaitingWrites(RowWriteGroups groups, int count, int bytes = 1)
    {
        List<Task<int?>> writes = [.. Enumerable.Range(0, count).Reverse().Select(key => groups.WriteAsync(Row(key, bytes)))];
        _go.SetResult();
        return writes;
    }
}
