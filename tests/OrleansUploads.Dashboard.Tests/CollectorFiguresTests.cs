using System.Diagnostics.Metrics;
using OrleansUploads.Engine;

namespace OrleansUploads.Dashboard.Tests;

public sealed class CollectorFiguresTests
{
    // The meter of the engine itself is shared with all tests that run at the same time.
    private const string MeterName = "CollectorFiguresTests";

    [Fact]
    public void The_figures_of_the_collector_are_sums()
    {
        var time = new ManualTime();
        using var meter = new Meter(MeterName);
        var attempts = meter.CreateCounter<long>(EngineTelemetry.AttemptsCollectedName);
        attempts.Add(100);
        using var collected = new CollectorFigures(time, MeterName);

        attempts.Add(3);
        attempts.Add(4);
        meter.CreateCounter<long>(EngineTelemetry.UploadsCollectedName).Add(2);
        meter.CreateCounter<long>(EngineTelemetry.UploadsSkippedName).Add(1);
        meter.CreateCounter<long>("orleansuploads.parts.stored").Add(9);

        Assert.Equal(new CollectedDocument(time.GetUtcNow(), 7, 2, 1), collected.Current);
    }
}
