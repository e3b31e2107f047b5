using System.Diagnostics.Metrics;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Http.Telemetry;

namespace OrleansUploads.Dashboard;

/// <summary>Counts the bytes that this process received and sent in each minute of the last hour. It reads the gateway's own
/// metrics.</summary>
/// <remarks>A request counts when it has ended, with all its bytes. What the dashboard itself sends is left out.</remarks>
internal sealed class TrafficFigures : ITrafficMeter, IDisposable
{
    /// <summary>The number of minutes that are kept, with the current one.</summary>
    public const int Minutes = 60;

    private readonly MeterListener _listener = new();
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly Lock _gate = new();
    private readonly long[] _received = new long[Minutes];
    private readonly long[] _sent = new long[Minutes];
    private long _minute;

    /// <summary>Starts to count.</summary>
    public TrafficFigures(TimeProvider time, string meter = GatewayTelemetry.Name)
    {
        _time = time;
        _started = time.GetTimestamp();
        _listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == meter && instrument.Name is GatewayTelemetry.ReceivedBytesName or GatewayTelemetry.SentBytesName)
            {
                self.EnableMeasurementEvents(instrument, instrument.Name == GatewayTelemetry.ReceivedBytesName ? _received : _sent);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, bytes, tags, state) => Count(bytes, tags, (long[])state!));
        _listener.Start();
    }

    public TrafficDocument Current
    {
        get
        {
            lock (_gate)
            {
                MoveOn();
                return new TrafficDocument(InOrder(_received), InOrder(_sent));
            }
        }
    }

    public TrafficRate Rate
    {
        get
        {
            const int SecondsInMinute = 60;
            var figures = Current;
            return new TrafficRate(figures.Received[^2] / SecondsInMinute, figures.Sent[^2] / SecondsInMinute);
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Count(long bytes, ReadOnlySpan<KeyValuePair<string, object?>> tags, long[] minutes)
    {
        foreach (var (name, value) in tags)
        {
            if (name == GatewayTelemetry.OperationTag
                && value is string operation
                && operation.StartsWith(DashboardOperation.Prefix, StringComparison.Ordinal))
            {
                return;
            }
        }

        lock (_gate)
        {
            MoveOn();
            minutes[_minute % Minutes] += bytes;
        }
    }

    /// <summary>Clears the minutes that have passed since the last call.</summary>
    private void MoveOn()
    {
        var now = (long)_time.GetElapsedTime(_started).TotalMinutes;
        for (var minute = Math.Max(_minute, now - Minutes) + 1; minute <= now; minute++)
        {
            _received[minute % Minutes] = 0;
            _sent[minute % Minutes] = 0;
        }

        _minute = Math.Max(_minute, now);
    }

    private long[] InOrder(long[] minutes) =>
        [.. Enumerable.Range(1, Minutes).Select(after => minutes[(_minute + after) % Minutes])];
}

/// <summary>What a process received and sent.</summary>
/// <param name="Received">The bytes of request bodies in each of the last 60 minutes, the current one last.</param>
/// <param name="Sent">The bytes of response bodies, likewise.</param>
internal sealed record TrafficDocument(IReadOnlyList<long> Received, IReadOnlyList<long> Sent);
