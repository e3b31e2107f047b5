using System.Diagnostics.Metrics;

namespace OrleansUploads.Engine;

/// <summary>The metrics of the engine. Operators rely on the names of the meter and of its instruments.</summary>
public static class EngineTelemetry
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "OrleansUploads.Engine";

    /// <summary>Counts deleted attempts that no part and no archive used.</summary>
    public const string AttemptsCollectedName = "orleansuploads.attempts.collected";

    /// <summary>Counts uploads whose bytes were all deleted.</summary>
    public const string UploadsCollectedName = "orleansuploads.uploads.collected";

    /// <summary>Counts uploads that a collection skipped.</summary>
    public const string UploadsSkippedName = "orleansuploads.uploads.skipped";

    private static readonly Meter Meter = new(MeterName);

    internal static Counter<long> WritesUnknown { get; } =
        Meter.CreateCounter<long>("orleansuploads.journal.writes_unknown", "{write}", "Journal writes whose outcome is unknown.");

    internal static Counter<long> SnapshotsLost { get; } =
        Meter.CreateCounter<long>("orleansuploads.journal.snapshots_lost", "{snapshot}", "Snapshots that could not be saved.");

    internal static Counter<long> IntentsDelivered { get; } =
        Meter.CreateCounter<long>("orleansuploads.intents.delivered", "{intent}", "Intents carried out.");

    internal static Counter<long> IntentsFailed { get; } =
        Meter.CreateCounter<long>("orleansuploads.intents.failed", "{intent}", "Deliveries of intents that failed and will be retried.");

    internal static Counter<long> PartsStored { get; } =
        Meter.CreateCounter<long>("orleansuploads.parts.stored", "{part}", "Parts accepted.");

    internal static Counter<long> PartBytesStored { get; } =
        Meter.CreateCounter<long>("orleansuploads.parts.stored_bytes", "By", "Bytes of accepted parts.");

    internal static Gauge<int> ClockTrusted { get; } = Meter.CreateGauge<int>(
        "orleansuploads.clock.trusted", "1", "1 while the clock is trusted; 0 while nothing expires because it is not.");

    internal static Counter<long> AttemptsCollected { get; } =
        Meter.CreateCounter<long>(AttemptsCollectedName, "{attempt}", "Deleted attempts that no part and no archive used.");

    internal static Counter<long> UploadsCollected { get; } =
        Meter.CreateCounter<long>(UploadsCollectedName, "{upload}", "Uploads whose bytes were all deleted.");

    internal static Counter<long> UploadsSkipped { get; } = Meter.CreateCounter<long>(
        UploadsSkippedName,
        "{upload}",
        "Uploads that a collection skipped because their owner could not be asked or their bytes could not be read.");
}
