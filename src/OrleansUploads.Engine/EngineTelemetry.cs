using System.Diagnostics.Metrics;

namespace OrleansUploads.Engine;

/// <summary>What the engine counts. The meter's name is part of the operator's interface.</summary>
public static class EngineTelemetry
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "OrleansUploads.Engine";

    private static readonly Meter Meter = new(MeterName);

    internal static Counter<long> WritesUnknown { get; } =
        Meter.CreateCounter<long>("orleansuploads.journal.writes_unknown", "{write}", "Journal writes of unknown outcome.");

    internal static Counter<long> SnapshotsLost { get; } =
        Meter.CreateCounter<long>("orleansuploads.journal.snapshots_lost", "{snapshot}", "Snapshots that could not be saved.");

    internal static Counter<long> IntentsDelivered { get; } =
        Meter.CreateCounter<long>("orleansuploads.intents.delivered", "{intent}", "Intents carried out.");

    internal static Counter<long> IntentsFailed { get; } =
        Meter.CreateCounter<long>("orleansuploads.intents.failed", "{intent}", "Intents that failed and will be tried again.");

    internal static Counter<long> PartsStored { get; } =
        Meter.CreateCounter<long>("orleansuploads.parts.stored", "{part}", "Parts accepted.");

    internal static Counter<long> PartBytesStored { get; } =
        Meter.CreateCounter<long>("orleansuploads.parts.stored_bytes", "By", "Bytes of accepted parts.");

    internal static Counter<long> AttemptsCollected { get; } =
        Meter.CreateCounter<long>("orleansuploads.attempts.collected", "{attempt}", "Attempts deleted that no part or archive used.");

    internal static Counter<long> UploadsCollected { get; } =
        Meter.CreateCounter<long>("orleansuploads.uploads.collected", "{upload}", "Uploads whose bytes were all deleted.");
}
