using OrleansUploads.Gateway.Http.Connections;
using OrleansUploads.TestKit;

namespace OrleansUploads.Gateway.Tests.Http;

public sealed class ClosedConnectionCollectorTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly SemaphoreSlim _collected = new(0);

    public void Dispose() => _collected.Dispose();

    [Fact]
    public async Task Garbage_is_collected_after_as_many_closed_connections_as_the_limit_but_at_most_once_per_interval()
    {
        var collector = new ClosedConnectionCollector(limit: 1500, _time, () => _collected.Release());
        Close(collector, 1500);
        Assert.Equal(0, _collected.CurrentCount);

        _time.Advance(ClosedConnectionCollector.Interval);
        Close(collector, 1);
        Assert.True(await _collected.WaitAsync(TimeSpan.FromSeconds(30)));

        Close(collector, 1499);
        _time.Advance(ClosedConnectionCollector.Interval);
        Assert.Equal(0, _collected.CurrentCount);
        Close(collector, 1);
        Assert.True(await _collected.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    private static void Close(ClosedConnectionCollector collector, int count)
    {
        for (var closed = 0; closed < count; closed++)
        {
            collector.CountClosed();
        }
    }
}
