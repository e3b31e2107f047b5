using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace OrleansUploads.Engine;

/// <summary>The log messages of the engine.</summary>
/// <remarks>Failures that can affect many entities at the same time are limited by a <see cref="LogRate"/>. The metrics of
/// <see cref="EngineTelemetry"/> count all of them.</remarks>
public sealed partial class EngineLog(ILogger logger, TimeProvider time)
{
    private readonly LogRate _deliveries = new(time);
    private readonly LogRate _skips = new(time);
    private readonly LogRate _snapshots = new(time);
    private readonly LogRate _events = new(time);

    public static EngineLog None { get; } = new(NullLogger.Instance, TimeProvider.System);

    public void MaintenanceFailed(string task, string reason, Exception? bug) => LogMaintenanceFailed(logger, bug, task, reason);

    public void ClockNotTrusted(string description) => LogClockNotTrusted(logger, description);

    /// <summary><paramref name="attempts"/> counts deliveries since the entity was loaded.</summary>
    public void DeliveryFailed(EntityId sender, IntentAction action, int attempts, Exception fault)
    {
        if (_deliveries.TryPass(out var suppressed))
        {
            LogDeliveryFailed(logger, fault, Describe(action), sender, attempts, suppressed);
        }
    }

    /// <summary>Skipped until the next round.</summary>
    /// <param name="fault">Null if the upload itself did not allow its bytes to be deleted.</param>
    public void UploadSkipped(UploadId upload, Exception? fault)
    {
        if (_skips.TryPass(out var suppressed))
        {
            LogUploadSkipped(logger, fault, upload, suppressed);
        }
    }

    public void SnapshotLost(EntityId entity, Exception fault)
    {
        if (_snapshots.TryPass(out var suppressed))
        {
            LogSnapshotLost(logger, fault, entity, suppressed);
        }
    }

    /// <summary>Logs an event that its receiver never gets.</summary>
    public void EventAbandoned(EndNotice notice, string reason)
    {
        if (_events.TryPass(out var suppressed))
        {
            LogEventAbandoned(logger, notice.Id, notice.Spec.Upload, notice.End, reason, suppressed);
        }
    }

    /// <summary>The intent without its content, which may be long.</summary>
    private static string Describe(IntentAction action) => action is TellEntity tell
        ? $"{tell.Command.GetType().Name} to {tell.Receiver}"
        : action.GetType().Name;

    [LoggerMessage(1001, LogLevel.Error, "Maintenance task \"{Task}\" failed. It runs again at its next interval: {Reason}")]
    private static partial void LogMaintenanceFailed(ILogger logger, Exception? bug, string task, string reason);

    [LoggerMessage(1002, LogLevel.Error, "{Description}")]
    private static partial void LogClockNotTrusted(ILogger logger, string description);

    [LoggerMessage(
        1003,
        LogLevel.Warning,
        "Delivering {Action} from {Sender} failed at attempt {Attempts}. It will be retried{Suppressed}")]
    private static partial void LogDeliveryFailed(
        ILogger logger, Exception fault, string action, EntityId sender, int attempts, SuppressedMessages suppressed);

    [LoggerMessage(
        1004,
        LogLevel.Warning,
        "The collector skipped upload {Upload} and kept its bytes. The next round checks it again{Suppressed}")]
    private static partial void LogUploadSkipped(ILogger logger, Exception? fault, UploadId upload, SuppressedMessages suppressed);

    [LoggerMessage(
        1006,
        LogLevel.Warning,
        "A snapshot of {Entity} could not be saved. No data is lost, but its history grows until a snapshot succeeds{Suppressed}")]
    private static partial void LogSnapshotLost(ILogger logger, Exception fault, EntityId entity, SuppressedMessages suppressed);

    [LoggerMessage(
        1008,
        LogLevel.Error,
        "Event {Id} was given up: the receiver did not take within a day that upload {Upload} is {End}. {Reason}{Suppressed}")]
    private static partial void LogEventAbandoned(
        ILogger logger, string id, UploadId upload, UploadPhase end, string reason, SuppressedMessages suppressed);
}
