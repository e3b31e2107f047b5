namespace OrleansUploads.Core.Service;

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
[Named("record-beat.1")]
public sealed record RecordBeat(DateTimeOffset From, DateTimeOffset To) : ServiceCommand, ICommand<ServiceStatus>;

[Named("report-clock-fault.1")]
public sealed record ReportClockFault(ClockFault Fault) : ServiceCommand, ICommand<ServiceStatus>;

/// <summary>An operator accepts the current clock as correct. All deadlines start again, because it is unknown which clock they
/// were based on.</summary>
[Named("accept-clock.1")]
public sealed record AcceptClock : ServiceCommand, ICommand<ServiceStatus>;

/// <summary>Begins a backup. No bytes are deleted until it ends. Repeating the command extends the lease and never shortens
/// it.</summary>
/// <param name="For">Duration of the lease, reduced to the maximum if it is longer. The backup ends automatically when the lease
/// ends.</param>
[Named("begin-backup.1")]
public sealed record BeginBackup(TimeSpan For) : ServiceCommand, ICommand<ServiceStatus>;

/// <summary>Ends the backup, whether it was completed or abandoned.</summary>
[Named("end-backup.1")]
public sealed record EndBackup : ServiceCommand, ICommand<ServiceStatus>;

[Named("describe-service.1")]
public sealed record DescribeService : ServiceCommand, ICommand<ServiceStatus>;

/// <summary>The status of the service.</summary>
/// <param name="Served">When the service was available, oldest interval first.</param>
/// <param name="Fault">What is wrong with its clock, or null if no fault is known.</param>
/// <param name="BackupUntil">When the lease of the latest backup ends, or null if that backup has ended or there was none.</param>
[Named("service-status.1")]
public sealed record ServiceStatus(
    IReadOnlyList<ServedInterval> Served, ClockFault? Fault, DateTimeOffset? BackupUntil) : IAnswer;

/// <summary>A detected clock error. Nothing expires and no bytes are collected until an operator accepts the
/// clock.</summary>
/// <param name="Expected">The expected time: the minimum for <see cref="ClockFaultKind.BehindJournal"/>, an estimate for
/// <see cref="ClockFaultKind.Jumped"/>.</param>
public sealed record ClockFault(ClockFaultKind Kind, DateTimeOffset Shown, DateTimeOffset Expected)
{
    /// <summary>Maximum tolerated deviation.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromMinutes(1);

    /// <summary>The deviation beyond which signed requests of clients with right clocks are refused, as in most of Amazon's
    /// services.</summary>
    public static readonly TimeSpan RequestBound = TimeSpan.FromMinutes(15);
}

/// <summary>How a clock error was detected. The values are stored: never change them.</summary>
public enum ClockFaultKind
{
    /// <summary>The wall clock and the monotonic clock advanced by different amounts.</summary>
    Jumped = 1,

    /// <summary>The wall clock shows an earlier time than the latest time in the journal.</summary>
    BehindJournal = 2,
}

/// <summary>Decides whether a host can trust its clock, by comparing it with the clocks of the other hosts.</summary>
public static class ClockAgreement
{
    /// <summary>Whether more than half of the active hosts answered and this host's clock is within
    /// <see cref="ClockFault.Bound"/> of the median of their clocks.</summary>
    /// <param name="activeHosts">Including this one.</param>
    /// <param name="aheadBy">For each host that answered, how far its clock is ahead of this host's clock. The entry for
    /// this host itself is zero.</param>
    public static bool Holds(int activeHosts, IReadOnlyCollection<TimeSpan> aheadBy)
    {
        if (aheadBy.Count * 2 <= activeHosts)
        {
            return false;
        }

        // With an even number of clocks there are two middle values. Checking only the nearer one would hide that half of the
        // hosts differ, so both must be within the bound.
        var sorted = aheadBy.Order().ToList();
        return sorted[(sorted.Count - 1) / 2].Duration() <= ClockFault.Bound
            && sorted[sorted.Count / 2].Duration() <= ClockFault.Bound;
    }

    /// <summary>Whether more than half of the active hosts have clocks that differ from this host's in the same direction by more than
    /// <see cref="ClockFault.RequestBound"/>. With two hosts, neither can know that its clock is the wrong one.</summary>
    /// <inheritdoc cref="Holds" path="/param"/>
    public static bool IsOutvoted(int activeHosts, IReadOnlyCollection<TimeSpan> aheadBy) =>
        Math.Max(
            aheadBy.Count(static offset => offset > ClockFault.RequestBound),
            aheadBy.Count(static offset => offset < -ClockFault.RequestBound)) * 2 > activeHosts;
}
