using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace OrleansUploads.Engine;

/// <summary>The log messages of the engine.</summary>
/// <remarks>Failures that can affect many entities at the same time are limited by a <see cref="LogRate"/>. The metrics of
/// <see cref="EngineTelemetry"/> count all of them.</remarks>
/// <param name="logger">Where messages go.</param>
/// <param name="time">Measures the windows.</param>
public sealed partial class EngineLog(ILogger logger, TimeProvider time)
{
    private readonly LogRate _deliveries = new(time);
    private readonly LogRate _skips = new(time);
    private readonly LogRate _snapshots = new(time);

    /// <summary>Logs nothing.</summary>
    public static EngineLog None { get; } = new(NullLogger.Instance, TimeProvider.System);

    /// <summary>A maintenance task failed in one of its rounds.</summary>
    /// <param name="task">The task.</param>
    /// <param name="reason">Why it failed.</param>
    /// <param name="bug">The exception if it indicates a bug, whose stack belongs in the log; else null.</param>
    public void MaintenanceFailed(string task, string reason, Exception? bug) => LogMaintenanceFailed(logger, bug, task, reason);

    /// <summary>The clock is no longer trusted.</summary>
    public void ClockNotTrusted(string description) => LogClockNotTrusted(logger, description);

    /// <summary>An intent could not be delivered and will be retried.</summary>
    /// <param name="sender">The entity that recorded the intent.</param>
    /// <param name="action">What could not be done.</param>
    /// <param name="attempts">How often delivery was attempted since the entity was loaded.</param>
    /// <param name="fault">Why it failed.</param>
    public void DeliveryFailed(EntityId sender, IntentAction action, int attempts, Exception fault)
    {
        if (_deliveries.TryPass(out var suppressed))
        {
            LogDeliveryFailed(logger, fault, Describe(action), sender, attempts, suppressed);
        }
    }

    /// <summary>The collector skipped an upload and will check it again in the next round.</summary>
    /// <param name="upload">The upload.</param>
    /// <param name="fault">Why it was skipped, or null if the upload itself did not allow its bytes to be deleted.</param>
    public void UploadSkipped(UploadId upload, Exception? fault)
    {
        if (_skips.TryPass(out var suppressed))
        {
            LogUploadSkipped(logger, fault, upload, suppressed);
        }
    }

    /// <summary>A snapshot could not be saved.</summary>
    public void SnapshotLost(EntityId entity, Exception fault)
    {
        if (_snapshots.TryPass(out var suppressed))
        {
            LogSnapshotLost(logger, fault, entity, suppressed);
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
        "Delivering {Action} from {Sender} failed at attempt {Attempts}. It will be retried. "
        + "{Suppressed} earlier messages of this kind were not logged")]
    private static partial void LogDeliveryFailed(
        ILogger logger, Exception fault, string action, EntityId sender, int attempts, long suppressed);

    [LoggerMessage(
        1004,
        LogLevel.Warning,
        "The collector skipped upload {Upload} and kept its bytes. The next round checks it again. "
        + "{Suppressed} earlier messages of this kind were not logged")]
    private static partial void LogUploadSkipped(ILogger logger, Exception? fault, UploadId upload, long suppressed);

    [LoggerMessage(
        1006,
        LogLevel.Warning,
        "A snapshot of {Entity} could not be saved. No data is lost, but its history grows until a snapshot succeeds. "
        + "{Suppressed} earlier messages of this kind were not logged")]
    private static partial void LogSnapshotLost(ILogger logger, Exception fault, EntityId entity, long suppressed);
}
