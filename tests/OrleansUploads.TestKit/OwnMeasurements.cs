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
    /// <param name="kind">The value of the tag <c>kind</c> that measurements must have, or null for all.</param>
    public OwnMeasurements(string instrument, string? kind = null)
    {
        _listener.InstrumentPublished = (published, listener) =>
        {
            if (published.Name == instrument)
            {
                listener.EnableMeasurementEvents(published);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            if (Current.Value == this && (kind is null || tags.Contains(new("kind", kind))))
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
