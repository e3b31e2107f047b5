using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace OrleansUploads.Engine;

/// <summary>The metrics of the engine. Operators rely on the names of the meter and of its instruments.</summary>
public static class EngineTelemetry
{
    public const string MeterName = "OrleansUploads.Engine";

    /// <summary>Counts unowned attempts that were deleted.</summary>
    public const string AttemptsCollectedName = "orleansuploads.attempts.collected";

    /// <summary>Counts uploads whose bytes were all deleted.</summary>
    public const string UploadsCollectedName = "orleansuploads.uploads.collected";

    /// <summary>Counts uploads that a collection skipped.</summary>
    public const string UploadsSkippedName = "orleansuploads.uploads.skipped";

    private static readonly Meter Meter = new(MeterName);
    private static readonly List<Counter<long>> Counters = [];

    private static readonly Counter<long> StoreErrors = Meter.CreateCounter<long>(
        "orleansuploads.store.errors", "{error}", "Calls of the object store that failed, by kind. Some succeed when they are repeated.");

    internal static Counter<long> HistoriesRead { get; } = AddCounter(
        "orleansuploads.journal.histories_read", "{history}", "Vaults, uploads and lists that were read because they were not in memory.");

    internal static Counter<long> WritesUnknown { get; } =
        AddCounter("orleansuploads.journal.writes_unknown", "{write}", "Journal writes whose outcome is unknown.");

    internal static Counter<long> SnapshotsLost { get; } =
        AddCounter("orleansuploads.journal.snapshots_lost", "{snapshot}", "Snapshots that could not be saved.");

    internal static Counter<long> IntentsDelivered { get; } =
        AddCounter("orleansuploads.intents.delivered", "{intent}", "Intents carried out.");

    internal static Counter<long> IntentsFailed { get; } =
        AddCounter("orleansuploads.intents.failed", "{intent}", "Deliveries of intents that failed and will be retried.");

    internal static Counter<long> EventsDelivered { get; } =
        AddCounter("orleansuploads.events.delivered", "{event}", "Ends of uploads that the receiver of events has taken.");

    internal static Counter<long> EventsFailed { get; } =
        AddCounter("orleansuploads.events.failed", "{event}", "Attempts to tell the end of an upload that failed.");

    internal static Counter<long> EventsAbandoned { get; } =
        AddCounter("orleansuploads.events.abandoned", "{event}", "Ends of uploads that the receiver of events did not take within a day.");

    internal static Counter<long> PartsStored { get; } =
        AddCounter("orleansuploads.parts.stored", "{part}", "Parts accepted.");

    internal static Counter<long> PartBytesStored { get; } =
        AddCounter("orleansuploads.parts.stored_bytes", "By", "Bytes of accepted parts.");

    internal static Gauge<int> ClockTrusted { get; } = Meter.CreateGauge<int>(
        "orleansuploads.clock.trusted", "{clock}", "1 if the clock is trusted; 0 if not, and then nothing expires.");

    internal static Counter<long> AttemptsCollected { get; } =
        AddCounter(AttemptsCollectedName, "{attempt}", "Unowned attempts that were deleted.");

    internal static Counter<long> UploadsCollected { get; } =
        AddCounter(UploadsCollectedName, "{upload}", "Uploads whose bytes were all deleted.");

    internal static Counter<long> UploadsSkipped { get; } = AddCounter(
        UploadsSkippedName,
        "{upload}",
        "Uploads that a collection skipped because their owner could not be asked or their bytes could not be read.");

    /// <summary>Makes every counter known to those who listen. An alarm about an increase would otherwise miss the first one, because a counter
    /// is unknown before.</summary>
    public static void CountFromZero()
    {
        foreach (var counter in Counters)
        {
            counter.Add(0);
        }

        foreach (var kind in Enum.GetValues<StoreErrorKind>())
        {
            StoreErrors.Add(0, TagOf(kind));
        }
    }

    /// <summary>Counts a call of the object store that failed.</summary>
    internal static void CountStoreError(StoreErrorKind kind) => StoreErrors.Add(1, TagOf(kind));

    private static KeyValuePair<string, object?> TagOf(StoreErrorKind kind) => new("kind", kind switch
    {
        StoreErrorKind.Throttled => "throttled",
        StoreErrorKind.Unavailable => "unavailable",
        StoreErrorKind.Full => "full",
        StoreErrorKind.Refused => "refused",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown kind."),
    });

    private static Counter<long> AddCounter(string name, string unit, string description)
    {
        var counter = Meter.CreateCounter<long>(name, unit, description);
        Counters.Add(counter);
        return counter;
    }
}

/// <summary>The activities of the engine: commands, stored attempts, and reads and writes of the journal. Without a listener they cost
/// nothing. Their names are part of the operator's interface.</summary>
public static class EngineTracing
{
    public const string SourceName = EngineTelemetry.MeterName;

    private const string EntityTag = "entity";

    private static readonly ActivitySource Source = new(SourceName);

    internal static bool IsOn => Source.HasListeners();

    internal static Activity? StartCommand(EntityId entity, ICommand command) =>
        IsOn ? Source.StartActivity(command.GetType().Name)?.SetTag(EntityTag, entity.ToString()) : null;

    internal static Activity? StartLoad(EntityId entity) =>
        IsOn ? Source.StartActivity("JournalLoad")?.SetTag(EntityTag, entity.ToString()) : null;

    /// <summary>Starts one activity for each command that shares a write to the journal, so that the trace of every command
    /// reaches the disk.</summary>
    internal static IReadOnlyList<Activity> StartAppend(EntityId entity, IReadOnlyList<Activity> commands)
    {
        var started = new List<Activity>(commands.Count);
        foreach (var command in commands)
        {
            if (Source.StartActivity("JournalAppend", ActivityKind.Internal, command.Context) is { } append)
            {
                started.Add(append.SetTag(EntityTag, entity.ToString()).SetTag("commands", commands.Count));
            }
        }

        return started;
    }

    internal static Activity? StartAttempt(UploadId upload, long bytes) =>
        IsOn ? Source.StartActivity("StoreAttempt")?.SetTag("upload", upload.ToString()).SetTag("bytes", bytes) : null;
}
