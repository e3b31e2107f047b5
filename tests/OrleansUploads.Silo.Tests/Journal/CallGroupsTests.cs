using System.Collections.Concurrent;
using OrleansUploads.Postgres;

namespace OrleansUploads.Silo.Tests.Journal;

public sealed class CallGroupsTests : IDisposable
{
    private const int Refused = 3;

    private readonly ConcurrentQueue<IReadOnlyList<int>> _groups = new();
    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _started = new(0);
    private readonly ManualTime _time = new(Some.Noon);

    [Fact]
    public async Task Calls_that_arrive_while_a_group_is_in_flight_are_the_next_group()
    {
        var groups = Groups();
        var first = await BeginAsync(groups);
        var others = Enumerable.Range(1, 10).Select(call => groups.RunAsync(call, mayWait: false, Cancellation)).ToList();
        Assert.Single(_groups);
        _go.SetResult();

        Assert.Equal(0, await first);
        Assert.Equal(Enumerable.Range(1, 10), await Task.WhenAll(others));
        Assert.Equal([1, 10], _groups.Select(static group => group.Count));
    }

    [Theory]
    [InlineData(0, CallGroups<int, int>.MaxCalls)]
    [InlineData(CallGroups<int, int>.MaxBytes / 3, 3)]
    [InlineData(CallGroups<int, int>.MaxBytes + 1, 1)]
    public async Task A_group_has_no_more_calls_and_bytes_than_its_limits(int lengthBytes, int calls)
    {
        var groups = Groups(lengthBytes);
        var first = await BeginAsync(groups);
        var others = Enumerable.Range(1, 2 * calls).Select(call => groups.RunAsync(call, mayWait: false, Cancellation)).ToList();
        _go.SetResult();
        await first;
        await Task.WhenAll(others);

        Assert.Equal([1, calls, calls], _groups.Select(static group => group.Count));
    }

    [Fact]
    public async Task A_call_that_the_database_refuses_fails_no_other()
    {
        var groups = Groups(fault: new PostgresException("refused", "ERROR", "ERROR", "23514"));
        var first = await BeginAsync(groups);
        var calls = Enumerable.Range(1, 5).Select(call => groups.RunAsync(call, mayWait: false, Cancellation)).ToList();
        _go.SetResult();
        await first;

        await Assert.ThrowsAsync<PostgresException>(() => calls[Refused - 1]);
        calls.RemoveAt(Refused - 1);
        var answers = await Task.WhenAll(calls);
        Assert.Equal([1, 2, 4, 5], answers);
        Assert.Equal([1, 5, 1, 1, 1, 1, 1], _groups.Select(static group => group.Count));
    }

    [Fact]
    public async Task Calls_that_a_lock_on_a_table_refuses_do_not_wait_for_it_one_after_the_other()
    {
        var groups = Groups(fault: new PostgresException("lock timeout", "ERROR", "ERROR", "55P03"), isRefused: static call => call > 0);
        var first = await BeginAsync(groups);
        var calls = Enumerable.Range(1, 100).Select(call => groups.RunAsync(call, mayWait: false, Cancellation)).ToList();
        _go.SetResult();
        await first;

        foreach (var call in calls)
        {
            await Assert.ThrowsAsync<PostgresException>(() => call);
        }

        Assert.Equal([1, 100, 1, 1], _groups.Select(static group => group.Count));
    }

    /// <summary>The server may have committed before it ended the connection.</summary>
    [Theory]
    [InlineData("FATAL", "57P01")]
    [InlineData("ERROR", "40003")]
    [InlineData(null, null)]
    public async Task A_group_whose_outcome_is_unknown_is_never_repeated(string? severity, string? state)
    {
        var groups = Groups(fault: severity is null
            ? new NpgsqlException("The connection was lost.") : new PostgresException("ended", severity, severity, state!));
        var first = await BeginAsync(groups);
        var calls = Enumerable.Range(1, 5).Select(call => groups.RunAsync(call, mayWait: false, Cancellation)).ToList();
        _go.SetResult();
        await first;

        foreach (var call in calls)
        {
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => call);
        }

        Assert.Equal([1, 5], _groups.Select(static group => group.Count));
        Assert.Equal(9, await groups.RunAsync(9, mayWait: false, Cancellation));
    }

    [Fact]
    public async Task A_call_that_is_cancelled_before_its_group_begins_is_not_carried_out()
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var groups = Groups();
        var first = await BeginAsync(groups);
        var cancelled = groups.RunAsync(1, mayWait: false, cancellation.Token);
        var other = groups.RunAsync(2, mayWait: false, Cancellation);
        await cancellation.CancelAsync();
        _go.SetResult();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        await Task.WhenAll(first, other);
        Assert.Equal([0, 2], _groups.SelectMany(static group => group));
    }

    [Fact]
    public async Task A_call_that_may_wait_goes_with_the_next_group()
    {
        var groups = Groups();
        var waiting = groups.RunAsync(1, mayWait: true, Cancellation);
        _time.Advance(CallGroups<int, int>.MaxWait - TimeSpan.FromMilliseconds(1));
        Assert.Empty(_groups);
        _go.SetResult();

        Assert.Equal(2, await groups.RunAsync(2, mayWait: false, Cancellation));
        Assert.Equal(1, await waiting);
        Assert.Equal([[1, 2]], _groups);
    }

    [Fact]
    public async Task A_call_that_may_wait_begins_a_group_when_no_other_does()
    {
        var groups = Groups();
        _go.SetResult();
        var waiting = groups.RunAsync(1, mayWait: true, Cancellation);
        var second = groups.RunAsync(2, mayWait: true, Cancellation);
        _time.Advance(CallGroups<int, int>.MaxWait);

        Assert.Equal(1, await waiting);
        Assert.Equal(2, await second);
        Assert.Equal([[1, 2]], _groups);
    }

    [Fact]
    public async Task A_call_that_may_wait_and_arrives_during_a_group_begins_none_after_it()
    {
        var groups = Groups();
        var first = await BeginAsync(groups);
        var waiting = groups.RunAsync(1, mayWait: true, Cancellation);
        _go.SetResult();
        await first;
        Assert.Equal(2, await groups.RunAsync(2, mayWait: false, Cancellation));

        Assert.Equal(1, await waiting);
        Assert.Equal([[0], [1, 2]], _groups);
    }

    public void Dispose() => _started.Dispose();

    /// <summary>Each call is its own answer. The first group waits until the test goes on.</summary>
    /// <param name="fault">What a group with a refused call ends with.</param>
    /// <param name="isRefused">Null for <see cref="Refused"/> alone.</param>
    private CallGroups<int, int> Groups(int lengthBytes = 0, NpgsqlException? fault = null, Func<int, bool>? isRefused = null) => new(
        async calls =>
        {
            _groups.Enqueue(calls);
            _started.Release();
            await _go.Task;
            return fault is not null && calls.Any(isRefused ?? (static call => call == Refused)) ? throw fault : calls;
        },
        _ => lengthBytes,
        _time);

    private async Task<Task<int>> BeginAsync(CallGroups<int, int> groups)
    {
        var call = groups.RunAsync(0, mayWait: false, Cancellation);
        await _started.WaitAsync(Cancellation);
        return call;
    }
}
