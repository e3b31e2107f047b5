using Microsoft.Extensions.Logging;
using OrleansUploads.Core;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>What a silo tells its operator.</summary>
internal static partial class ClusterLog
{
    [LoggerMessage(1, LogLevel.Warning, "{Entity} could not be woken; the next tick of its reminder tries again.")]
    public static partial void TickFailed(ILogger log, EntityId entity, Exception fault);

    [LoggerMessage(2, LogLevel.Warning, "A round of collecting unowned bytes failed; the next one tries again.")]
    public static partial void CollectionFailed(ILogger log, Exception fault);

    [LoggerMessage(3, LogLevel.Warning, "{Entity} could not answer; whoever asked is told to try again.")]
    public static partial void Unavailable(ILogger log, EntityId entity, Exception fault);
}
