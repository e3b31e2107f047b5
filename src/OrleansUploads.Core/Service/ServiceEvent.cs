namespace OrleansUploads.Core.Service;

/// <summary>Events of the service entity. They are stored.</summary>
public abstract record ServiceEvent
{
    private protected ServiceEvent()
    {
    }
}

/// <summary>The service was available for this interval.</summary>
[Named("service-kept.1")]
public sealed record ServiceKept(DateTimeOffset From, DateTimeOffset To) : ServiceEvent;

/// <summary>The clock was found to be wrong.</summary>
[Named("clock-faulted.1")]
public sealed record ClockFaulted(ClockFault Fault) : ServiceEvent;

/// <summary>An operator accepted the clock as correct.</summary>
/// <param name="At">The clock's time when it was accepted.</param>
[Named("clock-accepted.1")]
public sealed record ClockAccepted(DateTimeOffset At) : ServiceEvent;

/// <summary>A backup began, or its lease was extended.</summary>
/// <param name="Until">When its lease ends.</param>
[Named("backup-begun.1")]
public sealed record BackupBegun(DateTimeOffset Until) : ServiceEvent;

/// <summary>The backup ended.</summary>
[Named("backup-ended.1")]
public sealed record BackupEnded : ServiceEvent;
