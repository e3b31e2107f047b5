using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Collecting;
using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Http.Health;

namespace OrleansUploads.Dashboard;

/// <summary>Shows the server to its operators: its health, its disk, its traffic, the silos, and what the collector did. All of it is about
/// all accounts, so only the keys of operators see it.</summary>
internal sealed class ServerView(
    UploadsHealth health,
    CollectorFigures collected,
    TrafficFigures traffic,
    ServerDescription? description = null,
    IClusterMap? cluster = null,
    DeletedBytes? deleted = null)
{
    /// <summary>Shows the server, or null if the key may not see it.</summary>
    public async ValueTask<ServerDocument?> FindAsync(DashboardCall call) => call.IsOperator ? await GetAsync(call) : null;

    /// <summary>Shows the server.</summary>
    public async ValueTask<ServerDocument> GetAsync(DashboardCall call)
    {
        var report = await health.CheckAsync(predicate: null, call.Aborted);
        var isOnMachine = CallerDistance.Of(call.Exchange.Context).IsOnMachine;
        var silos = cluster is null ? null : await cluster.ListSilosAsync(call.Aborted);
        return new ServerDocument(
            report.Status.ToString(),
            [.. report.Entries.Select(entry => new CheckDocument(
                entry.Key,
                entry.Value.Status.ToString(),
                TextOf(entry.Value, isOnMachine),
                entry.Value.Status != HealthStatus.Healthy || HealthProblem.Of(entry.Value) is not null))],
            silos,
            collected.Current,
            traffic.Current,
            call.Services.Space is DiskSpace disk ? DiskDocument.Of(disk) : null,
            description?.Version,
            isOnMachine ? description?.DataFolder : null,
            deleted is null ? null : await deleted.TryReadAsync(call.Aborted));
    }

    /// <summary>Frees the bytes of deleted archives and objects that are kept for those who may still read them.</summary>
    public async ValueTask<DeletedBytesTotal> FreeAsync(DashboardCall call)
    {
        call.Services.Space?.RequireFor(SpaceUse.Frees);
        return deleted is null ? default : await deleted.FreeAsync(call.Aborted);
    }

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
/// <param name="Traffic">What this process received and sent.</param>
/// <param name="Disk">The disk of the data folder, or null if bytes and journal are elsewhere.</param>
/// <param name="Version">The version of the program, or null if the host does not say it.</param>
/// <param name="DataFolder">The data folder, or null if the browser is on another machine.</param>
/// <param name="Deleted">What was deleted and is not freed yet, or null in a cluster or if it cannot be read.</param>
internal sealed record ServerDocument(
    string Health,
    IReadOnlyList<CheckDocument> Checks,
    IReadOnlyList<KnownSilo>? Silos,
    CollectedDocument Collected,
    TrafficDocument Traffic,
    DiskDocument? Disk,
    string? Version,
    string? DataFolder,
    DeletedBytesTotal? Deleted);

/// <summary>The disk of the data folder. Other programs may use it, too.</summary>
/// <param name="Total">Its size in bytes.</param>
/// <param name="Free">The bytes that are free.</param>
/// <param name="Kept">How many of them are kept for the journal.</param>
internal sealed record DiskDocument(long Total, long Free, long Kept)
{
    /// <summary>The figures that are shown are no finer than this, so that a live view is not sent again for every byte.</summary>
    private const long StepBytes = 16L * 1024 * 1024;

    /// <summary>Reads the figures of a disk.</summary>
    public static DiskDocument Of(DiskSpace disk) => new(disk.TotalBytes, disk.FreeBytes / StepBytes * StepBytes, disk.KeptBytes);
}

/// <summary>A health check.</summary>
/// <param name="Name">Its name in the health report.</param>
/// <param name="Text">What it says, or null.</param>
/// <param name="NeedsAttention">Whether something is wrong, or soon will be.</param>
internal sealed record CheckDocument(string Name, string Status, string? Text, bool NeedsAttention);

/// <summary>What the collector has deleted.</summary>
/// <param name="Since">When this process began to count.</param>
/// <param name="Attempts">Attempts that no part and no archive used.</param>
/// <param name="Uploads">Uploads whose bytes were all deleted.</param>
/// <param name="Skipped">How often an upload was skipped, because its owner could not be asked or its bytes could not be read.</param>
internal sealed record CollectedDocument(DateTimeOffset Since, long Attempts, long Uploads, long Skipped);
