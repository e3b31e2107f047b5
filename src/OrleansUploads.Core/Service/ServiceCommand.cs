using OrleansUploads.Core.Deciding;

namespace OrleansUploads.Core.Service;

/// <summary>Commands of the service entity.</summary>
public abstract record ServiceCommand : ICommand
{
    private protected ServiceCommand()
    {
    }
}

/// <summary>A heartbeat: the service was available during an interval, according to one host's clock.</summary>
/// <param name="From">Start of the interval; never before the host's previous heartbeat.</param>
/// <param name="To">End of the interval: the current time of the host's clock. Equal to <paramref name="From"/> if nothing is
/// known about the time before, such as at startup.</param>
public sealed record RecordBeat(DateTimeOffset From, DateTimeOffset To) : ServiceCommand, ICommand<ServiceStatus>;

/// <summary>Reports that a host's clock is wrong.</summary>
/// <param name="Fault">The detected error.</param>
public sealed record ReportClockFault(ClockFault Fault) : ServiceCommand, ICommand<ServiceStatus>;

/// <summary>An operator accepts the current clock as correct. All deadlines start again, because it is unknown which clock they
/// were based on.</summary>
public sealed record AcceptClock : ServiceCommand, ICommand<ServiceStatus>;

/// <summary>Begins a backup. No bytes are deleted until it ends. Repeating the command extends the lease and never shortens
/// it.</summary>
/// <param name="For">Duration of the lease, reduced to the maximum if it is longer. The backup ends automatically when the lease
/// ends.</param>
public sealed record BeginBackup(TimeSpan For) : ServiceCommand, ICommand<ServiceStatus>;

/// <summary>Ends the backup, whether it was completed or abandoned.</summary>
public sealed record EndBackup : ServiceCommand, ICommand<ServiceStatus>;

/// <summary>Returns the status of the service.</summary>
public sealed record DescribeService : ServiceCommand, ICommand<ServiceStatus>;

/// <summary>The status of the service.</summary>
/// <param name="Served">When the service was available, oldest interval first.</param>
/// <param name="Fault">What is wrong with its clock, or null if no fault is known.</param>
/// <param name="BackupUntil">When the lease of the latest backup ends, or null if that backup has ended or there was none.</param>
public sealed record ServiceStatus(
    IReadOnlyList<ServedInterval> Served, ClockFault? Fault, DateTimeOffset? BackupUntil);
