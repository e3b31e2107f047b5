using OrleansUploads.Gateway.Http.Connections;

namespace OrleansUploads.Gateway.Tests.Http;

public sealed class ClosedConnectionCollectorTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly SemaphoreSlim _collected = new(0);

    public void Dispose() => _collected.Dispose();

    [Fact]
    public async Task Garbage_is_collected_after_half_as_many_closed_connections_as_the_limit_but_at_most_once_per_interval()
    {
        var collector = new ClosedConnectionCollector(limit: 3000, _time, () => _collected.Release());
        Close(collector, 1500);
        Assert.Equal(0, _collected.CurrentCount);

        _time.Advance(ClosedConnectionCollector.MinInterval);
        Close(collector, 1);
        Assert.True(await _collected.WaitAsync(TimeSpan.FromSeconds(30)));

        Close(collector, 1499);
        _time.Advance(ClosedConnectionCollector.MinInterval);
        Assert.Equal(0, _collected.CurrentCount);
        CloseUntilCollected(collector);
    }

    [Fact]
    public async Task A_slow_collection_is_not_repeated_until_nine_times_its_duration_has_passed()
    {
        var duration = TimeSpan.FromSeconds(1);
        var collector = new ClosedConnectionCollector(limit: 1000, _time, () =>
        {
            _time.Advance(duration);
            _collected.Release();
        });
        _time.Advance(ClosedConnectionCollector.MinInterval);
        Close(collector, 1000);
        Assert.True(await _collected.WaitAsync(TimeSpan.FromSeconds(30)));

        // The clock stands still from here on, so this holds whether or not the first collection has returned.
        Close(collector, 1000);
        Assert.Equal(0, _collected.CurrentCount);

        _time.Advance(9 * duration);
        CloseUntilCollected(collector);
    }

    private static void Close(ClosedConnectionCollector collector, int count)
    {
        for (var closed = 0; closed < count; closed++)
        {
            collector.CountClosed();
        }
    }

    /// <summary>The collector accepts the next collection a moment after the last one has returned.</summary>
    private void CloseUntilCollected(ClosedConnectionCollector collector) => Assert.True(SpinWait.SpinUntil(
        () =>
        {
            Close(collector, 1);
            return _collected.Wait(0);
        },
        TimeSpan.FromSeconds(30)));
}
