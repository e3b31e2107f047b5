using System.Diagnostics.Metrics;

namespace OrleansUploads.TestKit;

/// <summary>Sums a counter's measurements in the asynchronous flow of one test, so that tests can run
/// concurrently.</summary>
public sealed class OwnMeasurements : IDisposable
{
    private static readonly AsyncLocal<OwnMeasurements?> Current = new();

    private readonly MeterListener _listener = new();
    private long _sum;

    /// <param name="instrument">The name of the counter.</param>
    public OwnMeasurements(string instrument)
    {
        _listener.InstrumentPublished = (published, listener) =>
        {
            if (published.Name == instrument)
            {
                listener.EnableMeasurementEvents(published);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, count, _, _) =>
        {
            if (Current.Value == this)
            {
                Interlocked.Add(ref _sum, count);
            }
        });
        _listener.Start();
        Current.Value = this;
    }

    public long Sum => Interlocked.Read(ref _sum);

    public void Dispose()
    {
        Current.Value = null;
        _listener.Dispose();
    }
}
