namespace OrleansUploads.Core.Service;

/// <summary>The rules of the service entity: when the service was available, whether its clock is trusted, and whether a backup
/// is in progress.</summary>
/// <remarks>Because the service is an entity, its decisions survive restarts, and every host in a cluster sees the same
/// ones.</remarks>
public sealed class ServiceDecider : Decider<ServiceState, ServiceCommand, ServiceEvent>
{
    public static readonly TimeSpan MaxBackupLease = TimeSpan.FromDays(7);

    public override ServiceState Initial => ServiceState.Empty;

    public override Decision<ServiceEvent> Decide(ServiceState state, ServiceCommand command, ServiceTime time) => command switch
    {
        RecordBeat c => RecordBeat(state, c),
        ReportClockFault c => state.Fault is null ? AcceptWithStatus(state, new ClockFaulted(c.Fault)) : Reply(Describe(state)),
        AcceptClock => state.Fault is null ? Reply(Describe(state)) : AcceptWithStatus(state, new ClockAccepted(time.Now)),
        BeginBackup c => BeginBackup(state, time.Now + (c.For < MaxBackupLease ? c.For : MaxBackupLease)),
        EndBackup => state.BackupUntil is null ? Reply(Describe(state)) : AcceptWithStatus(state, new BackupEnded()),
        DescribeService => Reply(Describe(state)),
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, "Unknown command."),
    };

    public override ServiceState Evolve(ServiceState state, ServiceEvent happened) => happened switch
    {
        ServiceKept e => state with { Served = state.Served.With(new ServedInterval(e.From, e.To)) },
        ClockFaulted e => state with { Fault = e.Fault },
        // Times that were recorded while the clock was wrong cannot be used, and may lie far in the past. The record starts again
        // from the accepted time.
        ClockAccepted e => state with
        {
            Served = ServedIntervals.None.With(new ServedInterval(e.At, e.At)),
            Fault = null,
        },
        BackupBegun e => state with { BackupUntil = e.Until },
        BackupEnded => state with { BackupUntil = null },
        _ => throw new InvalidOperationException($"Unexpected event {happened.GetType().Name}."),
    };

    public override int SnapshotCost(ServiceState state) => state.Served.InOrder.Length;

    /// <summary>Records a heartbeat. No time is recorded while the clock is not trusted. A heartbeat older than the newest one
    /// means that the clock was set back, unless the difference is within <see cref="ClockFault.Bound"/>: another host may have
    /// sent it.</summary>
    private Decision<ServiceEvent> RecordBeat(ServiceState state, RecordBeat command)
    {
        if (state.Fault is not null)
        {
            return Reply(Describe(state));
        }

        if (state.Served.Last is not { } last)
        {
            return AcceptWithStatus(state, new ServiceKept(command.To, command.To));
        }

        if (last - command.To > ClockFault.Bound)
        {
            return AcceptWithStatus(state, new ClockFaulted(new ClockFault(ClockFaultKind.BehindJournal, command.To, last)));
        }

        return command.To <= last
            ? Reply(Describe(state))
            : AcceptWithStatus(state, new ServiceKept(command.From > last ? command.From : last, command.To));
    }

    private Decision<ServiceEvent> BeginBackup(ServiceState state, DateTimeOffset until) =>
        state.BackupUntil >= until ? Reply(Describe(state)) : AcceptWithStatus(state, new BackupBegun(until));

    private Decision<ServiceEvent> AcceptWithStatus(ServiceState state, ServiceEvent happened) =>
        Accept(Describe(Evolve(state, happened)), happened);

    private static ServiceStatus Describe(ServiceState state) =>
        new(state.Served.InOrder, state.Fault, state.BackupUntil);
}
