using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Http.Health;

namespace OrleansUploads.Dashboard;

/// <summary>Shows the server to its operators: its health, the silos, and what the collector did. All of it is about all accounts, so only
/// the keys of operators see it.</summary>
internal sealed class ServerView(UploadsHealth health, CollectorFigures collected, IClusterMap? cluster = null)
{
    /// <summary>Shows the server.</summary>
    public async ValueTask<ServerDocument> GetAsync(DashboardCall call)
    {
        var report = await health.CheckAsync(predicate: null, call.Aborted);
        var isOnMachine = CallerDistance.Of(call.Exchange.Context).IsOnMachine;
        var silos = cluster is null ? null : await cluster.ListSilosAsync(call.Aborted);
        return new ServerDocument(
            report.Status.ToString(),
            [.. report.Entries.Select(entry => new CheckDocument(
                entry.Key, entry.Value.Status.ToString(), TextOf(entry.Value, isOnMachine)))],
            silos,
            collected.Current);
    }

    /// <summary>The health of the server, or null if the key may not see it.</summary>
    public async ValueTask<string?> FindHealthAsync(DashboardCall call) =>
        call.IsOperator ? (await health.CheckAsync(predicate: null, call.Aborted)).Status.ToString() : null;

    /// <summary>Details, such as paths, are for callers on this machine, as in the health report.</summary>
    private static string? TextOf(HealthReportEntry entry, bool isOnMachine) =>
        isOnMachine && entry.Description is { } description ? description : HealthProblem.Of(entry);
}

/// <summary>Counts what the collector has deleted since this process started. It reads the collector's own metrics.</summary>
internal sealed class CollectorFigures : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _counts = new();
    private readonly DateTimeOffset _since;

    /// <summary>Starts to count.</summary>
    public CollectorFigures(TimeProvider time, string meter = EngineTelemetry.MeterName)
    {
        _since = time.GetUtcNow();
        _listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == meter && instrument.Name is EngineTelemetry.AttemptsCollectedName
                or EngineTelemetry.UploadsCollectedName or EngineTelemetry.UploadsSkippedName)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, count, _, _) =>
            _counts.AddOrUpdate(instrument.Name, count, (_, sum) => sum + count));
        _listener.Start();
    }

    /// <summary>The current figures.</summary>
    public CollectedDocument Current => new(
        _since,
        _counts.GetValueOrDefault(EngineTelemetry.AttemptsCollectedName),
        _counts.GetValueOrDefault(EngineTelemetry.UploadsCollectedName),
        _counts.GetValueOrDefault(EngineTelemetry.UploadsSkippedName));

    public void Dispose() => _listener.Dispose();
}

/// <summary>What operators see of the server.</summary>
/// <param name="Health"><c>Healthy</c>, <c>Degraded</c> or <c>Unhealthy</c>.</param>
/// <param name="Checks">The health checks.</param>
/// <param name="Silos">The silos, or null without a cluster.</param>
/// <param name="Collected">What the collector of this process has deleted.</param>
internal sealed record ServerDocument(
    string Health, IReadOnlyList<CheckDocument> Checks, IReadOnlyList<KnownSilo>? Silos, CollectedDocument Collected);

/// <summary>A health check.</summary>
/// <param name="Name">Its name in the health report.</param>
/// <param name="Status">Its status.</param>
/// <param name="Text">What it says, or null.</param>
internal sealed record CheckDocument(string Name, string Status, string? Text);

/// <summary>What the collector has deleted.</summary>
/// <param name="Since">When this process began to count.</param>
/// <param name="Attempts">Attempts that no part and no archive used.</param>
/// <param name="Uploads">Uploads whose bytes were all deleted.</param>
/// <param name="Skipped">How often an upload was skipped, because its owner could not be asked or its bytes could not be read.</param>
internal sealed record CollectedDocument(DateTimeOffset Since, long Attempts, long Uploads, long Skipped);
