namespace OrleansUploads.Core.Service;

/// <summary>State of the service entity. It has the members of <see cref="ServiceStatus"/>.</summary>
[Named("service-state.1")]
public sealed record ServiceState(ServedIntervals Served, ClockFault? Fault, DateTimeOffset? BackupUntil)
{
    public static readonly EntityId Entity = new(EntityKind.Service, "service");

    /// <summary>A service that has not run yet.</summary>
    public static ServiceState Empty { get; } = new(ServedIntervals.None, Fault: null, BackupUntil: null);
}

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

[Named("clock-faulted.1")]
public sealed record ClockFaulted(ClockFault Fault) : ServiceEvent;

/// <summary>An operator accepted the clock, which showed this time, as correct.</summary>
[Named("clock-accepted.1")]
public sealed record ClockAccepted(DateTimeOffset At) : ServiceEvent;

/// <summary>A backup began, or its lease was extended.</summary>
[Named("backup-begun.1")]
public sealed record BackupBegun(DateTimeOffset Until) : ServiceEvent;

[Named("backup-ended.1")]
public sealed record BackupEnded : ServiceEvent;
