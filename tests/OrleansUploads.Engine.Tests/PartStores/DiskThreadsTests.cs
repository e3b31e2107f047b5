namespace OrleansUploads.Engine.Tests.PartStores;

public sealed class DiskThreadsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task As_many_calls_as_there_are_threads_run_at_the_same_time()
    {
        const int Count = 4;
        using var threads = new DiskThreads(Count);
        using var barrier = new Barrier(Count);
        for (var round = 0; round < 100; round++)
        {
            var calls = Enumerable.Range(0, Count).Select(_ => threads.RunAsync(() => barrier.SignalAndWait(Patience)));
            Assert.All(await Task.WhenAll(calls), Assert.True);
        }
    }

    [Fact]
    public async Task Each_of_many_callers_gets_the_result_of_its_own_call()
    {
        using var threads = new DiskThreads(4);
        await Parallel.ForAsync(0, 10_000, Cancellation, async (number, _) =>
            Assert.Equal(number, await threads.RunAsync(() => number)));
    }

    [Fact]
    public async Task A_call_that_fails_fails_no_other_call()
    {
        using var threads = new DiskThreads(1);
        await Assert.ThrowsAsync<IOException>(() => threads.RunAsync(static () => throw new IOException()));

        Assert.Equal(1, await threads.RunAsync(static () => 1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_closed_store_finishes_the_calls_that_it_has_accepted_and_refuses_others(bool isAwaited)
    {
        using var go = new ManualResetEventSlim();
        var threads = new DiskThreads(2);
        var calls = Enumerable.Range(0, 8).Select(_ => threads.RunAsync(() => go.Wait(Patience))).ToList();
        var closing = isAwaited ? threads.CloseAsync() : Task.CompletedTask;
        threads.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => threads.RunAsync(static () => 1));
        Assert.Equal(isAwaited, !closing.IsCompleted);
        go.Set();
        await closing;
        Assert.All(calls, call => Assert.True(!isAwaited || call.IsCompletedSuccessfully));
        Assert.All(await Task.WhenAll(calls), Assert.True);
    }
}
