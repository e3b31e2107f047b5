using System.Diagnostics.Metrics;
using OrleansUploads.Gateway.Http.Telemetry;

namespace OrleansUploads.Dashboard.Tests;

public sealed class TrafficFiguresTests : IDisposable
{
    // The meter of the gateway itself is shared with all tests that run at the same time.
    private const string MeterName = "TrafficFiguresTests";

    private readonly ManualTime _time = new();
    private readonly Meter _meter = new(MeterName);
    private readonly TrafficFigures _figures;
    private readonly Counter<long> _received;
    private readonly Counter<long> _sent;

    public TrafficFiguresTests()
    {
        _figures = new TrafficFigures(_time, MeterName);
        _received = _meter.CreateCounter<long>(GatewayTelemetry.ReceivedBytesName);
        _sent = _meter.CreateCounter<long>(GatewayTelemetry.SentBytesName);
    }

    public void Dispose()
    {
        _figures.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void Bytes_are_counted_by_minute_and_the_current_minute_is_the_last()
    {
        Add(_received, 3);
        Add(_received, 4);
        Add(_sent, 5);
        _time.Advance(TimeSpan.FromMinutes(2));
        Add(_received, 1);

        Assert.Equal([7L, 0L, 1L], _figures.Current.Received.TakeLast(3));
        Assert.Equal([5L, 0L, 0L], _figures.Current.Sent.TakeLast(3));
        Assert.Equal(8, _figures.Current.Received.Sum());
    }

    [Fact]
    public void The_rate_is_that_of_the_last_full_minute()
    {
        Add(_received, 60_000);
        Add(_sent, 120_000);
        Assert.Equal(new TrafficRate(0, 0), _figures.Rate);
        _time.Advance(TimeSpan.FromMinutes(1));
        Add(_received, 1_000_000);
        Assert.Equal(new TrafficRate(Received: 1000, Sent: 2000), _figures.Rate);
    }

    [Theory]
    [InlineData(59, 7)]
    [InlineData(60, 0)]
    [InlineData(600, 0)]
    public void A_minute_is_kept_for_an_hour(int minutes, long left)
    {
        Add(_received, 7);
        _time.Advance(TimeSpan.FromMinutes(minutes));
        Assert.Equal(TrafficFigures.Minutes, _figures.Current.Received.Count);
        Assert.Equal(left, _figures.Current.Received.Sum());
        Assert.Equal(left, _figures.Current.Received[0]);
    }

    [Fact]
    public void What_the_dashboard_sends_is_left_out()
    {
        Add(_sent, 5, "GetObject");
        Add(_sent, 1000, $"{DashboardOperation.Prefix}ListContainers");
        Assert.Equal(5, _figures.Current.Sent[^1]);
    }

    private static void Add(Counter<long> counter, long bytes, string operation = "UploadArchive") =>
        counter.Add(bytes, new KeyValuePair<string, object?>(GatewayTelemetry.OperationTag, operation));
}
