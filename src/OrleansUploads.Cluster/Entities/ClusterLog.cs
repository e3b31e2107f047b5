using Microsoft.Extensions.Logging;
using OrleansUploads.Engine;

namespace OrleansUploads.Cluster.Entities;

internal static partial class ClusterLog
{
    [LoggerMessage(3001, LogLevel.Warning, "{Entity} could not be woken: {Reason} The next tick of its reminder tries again")]
    public static partial void TickFailed(ILogger log, EntityId entity, string reason);

    [LoggerMessage(3002, LogLevel.Warning, "Collecting unowned bytes failed: {Reason} The next round tries again")]
    public static partial void CollectionFailed(ILogger log, string reason, Exception? bug);

    [LoggerMessage(
        3003,
        LogLevel.Warning,
        "{Entity} could not answer: {Reason} The caller was asked to try again{Suppressed}")]
    public static partial void Unavailable(ILogger log, EntityId entity, string reason, SuppressedMessages suppressed, Exception? fault);

    [LoggerMessage(
        3004,
        LogLevel.Warning,
        "Recording that the service is running failed: {Reason} The next attempt makes up for it{Suppressed}")]
    public static partial void BeatFailed(ILogger log, string reason, SuppressedMessages suppressed, Exception? bug);

    [LoggerMessage(3005, LogLevel.Error, "{Fault}")]
    public static partial void ClockNotTrusted(ILogger log, string fault);

    [LoggerMessage(3006, LogLevel.Information, "{Predecessor}, an earlier incarnation of this silo, is declared dead")]
    public static partial void PredecessorRemoved(ILogger log, string predecessor);

    [LoggerMessage(
        3007,
        LogLevel.Warning,
        "{Repair} of {Silo} could not read or write the membership table: {Reason}. The next attempt follows within a second{Suppressed}")]
    public static partial void MembershipNotRepaired(ILogger log, string repair, string silo, string reason, SuppressedMessages suppressed);

    [LoggerMessage(
        3010,
        LogLevel.Warning,
        "Waking due entities failed: {Reason} The next scan tries again{Suppressed}")]
    public static partial void ScanFailed(ILogger log, string reason, SuppressedMessages suppressed, Exception? bug);

    [LoggerMessage(3009, LogLevel.Debug, "{Entity} is asked: {Command}")]
    public static partial void Asked(ILogger log, EntityId entity, string command);

    [LoggerMessage(
        3008,
        LogLevel.Warning,
        "{Silo} is an active member, but it has written no heartbeat for {Patience}. It is removed unless it answers probes")]
    public static partial void SilentSiloSuspected(ILogger log, string silo, TimeSpan patience);

    [LoggerMessage(3013, LogLevel.Error, "{Loss}")]
    public static partial void StoreLost(ILogger log, string loss);

    [LoggerMessage(3014, LogLevel.Warning, "The claim of the part store was not renewed: {Reason} The next attempt makes up for it")]
    public static partial void ClaimNotRenewed(ILogger log, string reason, Exception? bug);
}
