using System.Diagnostics.Metrics;
using OrleansUploads.Engine;

namespace OrleansUploads.Gateway.Dashboard.Figures;

/// <summary>Counts what the collector has deleted since this process started. It reads the collector's own metrics.</summary>
internal sealed class CollectorFigures : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _attempts;
    private long _uploads;
    private long _skipped;

    /// <summary>Starts to count.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="meter">The meter of the collector.</param>
    public CollectorFigures(TimeProvider time, string meter = EngineTelemetry.MeterName)
    {
        Since = time.GetUtcNow();
        _listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == meter && instrument.Name is EngineTelemetry.AttemptsCollectedName
                or EngineTelemetry.UploadsCollectedName or EngineTelemetry.UploadsSkippedName)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, count, _, _) => Count(instrument.Name, count));
        _listener.Start();
    }

    /// <summary>When counting began.</summary>
    public DateTimeOffset Since { get; }

    /// <summary>Deleted attempts that no part and no archive used.</summary>
    public long Attempts => Interlocked.Read(ref _attempts);

    /// <summary>Uploads whose bytes were all deleted.</summary>
    public long Uploads => Interlocked.Read(ref _uploads);

    /// <summary>How often the collector has skipped an upload, because its owner could not be asked or its bytes could not be
    /// read.</summary>
    public long Skipped => Interlocked.Read(ref _skipped);

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Count(string name, long count)
    {
        switch (name)
        {
            case EngineTelemetry.AttemptsCollectedName:
                Interlocked.Add(ref _attempts, count);
                break;
            case EngineTelemetry.UploadsCollectedName:
                Interlocked.Add(ref _uploads, count);
                break;
            case EngineTelemetry.UploadsSkippedName:
                Interlocked.Add(ref _skipped, count);
                break;
        }
    }
}
