using System.Globalization;
using OrleansUploads.Core.Service;

namespace OrleansUploads.Engine.Clocks;

/// <summary>The clock of a service that records when it was available. Each heartbeat in the journal adds the time that has
/// passed according to both the wall clock and the monotonic clock. Starts, suspensions and outages leave gaps, which do not
/// count as time.</summary>
/// <remarks>The time is not trusted before the first beat, and while the wall clock disagrees with the clock that counts
/// since the machine started.</remarks>
/// <param name="agrees">Whether this host's clock agrees with other hosts' clocks, or null.</param>
/// <param name="isOutvoted">Whether most hosts contradict this host's clock by so much that it refuses their clients'
/// requests, or null.</param>
public sealed class ServiceClock(HostClock host, Func<bool>? agrees = null, Func<bool>? isOutvoted = null) : IServiceClock, IDisposable
{
    /// <summary>Time between two beats.</summary>
    public static readonly TimeSpan BeatInterval = TimeSpan.FromMinutes(1);

    /// <summary>Time after which every process knows of a backup that has begun, or deletes nothing.</summary>
    public static readonly TimeSpan BackupNoticeTime = BeatInterval + TimeSpan.FromSeconds(15);

    /// <summary>Maximum time that counts since the last beat, because a service that cannot journal its beats is not
    /// available.</summary>
    private static readonly TimeSpan MaxUnwritten = 3 * BeatInterval;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile Basis? _basis;
    private volatile SeenJump? _jump;
    private ClockFault? _taken;

    /// <summary>The clock fault in the journal, or null.</summary>
    public ClockFault? Fault => _basis?.Fault;

    /// <summary>The clock fault, if it is not the one at the last call, so that each is logged once; else null.</summary>
    public ClockFault? TakeNewFault()
    {
        (var taken, _taken) = (_taken, Fault);
        return _taken == taken ? null : _taken;
    }

    /// <summary>Whether the service has answered this process since its start.</summary>
    public bool HasAnswered => _basis is not null;

    /// <summary>Whether this host refuses signed requests because of its clock, while most hosts of the service accept them.</summary>
    public bool IsOutvoted => isOutvoted?.Invoke() == true;

    /// <summary>Why the clock is not trusted, and what to do about it; null while it is trusted.</summary>
    public string? Distrust => Read().IsTrusted ? null
        : (Fault ?? JumpSinceLastBeat(host.Read())) is { } fault ? ClockFaultText.Describe(fault)
        : _basis is null
            ? "The clock is not trusted yet: this process has not recorded since its start that it serves. Nothing expires until it has. "
                + "It does so within seconds; if not, the log says why."
            : "The clock is not trusted: it differs by more than a minute from the median of the active silos' clocks, or a majority of them "
                + "cannot be asked. On this silo nothing expires and no bytes are collected. Correct the clock of this machine; nothing else "
                + "is needed.";

    /// <summary>When the lease of the backup in progress ends, or null.</summary>
    public DateTimeOffset? BackupUntil =>
        _basis?.BackupUntil is { } until && until > host.Read().Wall ? until : null;

    public ServiceTime Read()
    {
        var now = host.Read();
        if (_basis is not { } basis)
        {
            return ServiceTime.Recorded(now.Wall, ServedIntervals.None, TimeSpan.Zero, isTrusted: false, holdsBytes: true);
        }

        var passed = Passed.Between(basis.At, now);
        if (passed.HasJumped)
        {
            // Read again: if the thread was delayed between reading two clocks, this is not a jump.
            now = host.Read();
            passed = Passed.Between(basis.At, now);
            if (passed.HasJumped)
            {
                // Events may be written with this time, so the jump is remembered even if the clock is corrected before the
                // next beat.
                _jump = basis.Agrees && SeenJumpSince(basis) is null ? new SeenJump(basis.At, FaultOf(basis, passed, now)) : _jump;
            }
        }

        var isTrusted = basis.Fault is null && basis.Agrees && SeenJumpSince(basis) is null && !passed.HasJumped && AgreesNow();
        return ServiceTime.Recorded(
            now.Wall, basis.Served, SinceLastBeat(basis, now, passed), isTrusted, HoldsBytes(basis, now));
    }

    /// <summary>Journals that the service is available and updates the state of the clock.</summary>
    /// <remarks>While this clock disagrees with other hosts' clocks, no time counts, nothing that it shows is journaled, and its correction
    /// is no fault.</remarks>
    /// <exception cref="EntityUnavailableException">The beat may not be journaled. If the next beat comes soon, no time is
    /// lost.</exception>
    public Task BeatAsync(IEntityHost entities, CancellationToken cancellationToken) => TakeTurnAsync(
        async now =>
        {
            if (JumpSinceLastBeat(now) is { } jump)
            {
                return await AskAsync(entities, new ReportClockFault(jump), cancellationToken);
            }

            if (!AgreesNow())
            {
                return _basis is null ? await AskAsync(entities, new DescribeService(), cancellationToken) : null;
            }

            if (_basis is not { Agrees: true } basis)
            {
                return await AskAsync(entities, new RecordBeat(now.Wall, now.Wall), cancellationToken);
            }

            var passed = Passed.Between(basis.At, now);
            var served = passed.Wall > MaxUnwritten ? TimeSpan.Zero : passed.Served;
            return await AskAsync(entities, new RecordBeat(now.Wall - served, now.Wall), cancellationToken);
        },
        checksClock: true,
        cancellationToken);

    /// <summary>Records that an operator accepts the clock as correct. May be repeated.</summary>
    public Task AcceptAsync(IEntityHost entities, CancellationToken cancellationToken) => TakeTurnAsync(
        async now =>
        {
            if (JumpSinceLastBeat(now) is { } jump)
            {
                // Only faults in the journal can be accepted, so journal this one first.
                await AskAsync(entities, new ReportClockFault(jump), cancellationToken);
            }

            return await AskAsync(entities, new AcceptClock(), cancellationToken);
        },
        checksClock: true,
        cancellationToken);

    /// <summary>Starts a lease for a backup. Once the call has returned, no bytes are deleted until the lease ends, which it
    /// returns. After an <see cref="EntityUnavailableException"/>, repeat it.</summary>
    public async Task<DateTimeOffset> BeginBackupAsync(
        IEntityHost entities, TimeSpan lease, CancellationToken cancellationToken)
    {
        var status = await TakeTurnAsync(
            _ => AskAsync(entities, new BeginBackup(lease), cancellationToken), checksClock: false, cancellationToken);
        return status?.BackupUntil ?? throw new InvalidOperationException("The service started a backup without a lease.");
    }

    /// <summary>Ends the lease, so that bytes can be deleted again. May be repeated.</summary>
    public Task EndBackupAsync(IEntityHost entities, CancellationToken cancellationToken) =>
        TakeTurnAsync(_ => AskAsync(entities, new EndBackup(), cancellationToken), checksClock: false, cancellationToken);

    public void Dispose() => _turn.Dispose();

    /// <summary>Returns the jump since the last beat, even if it is no longer visible.</summary>
    private ClockFault? JumpSinceLastBeat(ClockReading now) =>
        _basis is not { Agrees: true } basis ? null
        : SeenJumpSince(basis) is { } seen ? seen
        : Passed.Between(basis.At, now) is { HasJumped: true } passed ? FaultOf(basis, passed, now)
        : null;

    /// <summary>Returns the jump that was seen since a beat. Earlier jumps are in the journal and may have been
    /// accepted.</summary>
    private ClockFault? SeenJumpSince(Basis basis) => _jump is { } jump && jump.Since == basis.At ? jump.Fault : null;

    private bool AgreesNow() => agrees?.Invoke() != false;

    private static ClockFault FaultOf(Basis basis, Passed passed, ClockReading now) =>
        new(ClockFaultKind.Jumped, now.Wall, basis.At.Wall + passed.Boot);

    /// <summary>Whether a backup is in progress, or may be: another process may have begun it since the journal was last
    /// asked.</summary>
    private static bool HoldsBytes(Basis basis, ClockReading now) =>
        basis.BackupUntil > now.Wall || Passed.Between(basis.AskedAt, now).Boot >= BackupNoticeTime;

    private static async Task<ServiceStatus?> AskAsync(
        IEntityHost entities, ICommand<ServiceStatus> command, CancellationToken cancellationToken) =>
        (await entities.AskAsync(ServiceState.Entity, command, cancellationToken)).Answer;

    /// <param name="turn">Asks the service. Returns null if it was not asked.</param>
    /// <param name="checksClock">Whether the clock was compared with its reading at the last beat.</param>
    private async Task<ServiceStatus?> TakeTurnAsync(
        Func<ClockReading, Task<ServiceStatus?>> turn, bool checksClock, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var now = host.Read();
            var agreed = AgreesNow();
            var status = await turn(now);
            if (status is null)
            {
                _basis = _basis is { } last ? last with { At = now, Agrees = false } : null;
            }
            else if (checksClock)
            {
                _basis = new Basis(now, now, ServedIntervals.FromStored(status.Served), status.Fault, status.BackupUntil, agreed);
            }
            else if (_basis is { } basis)
            {
                // The basis stays the last beat's, because only the next beat checks whether the clock has jumped
                // since.
                _basis = basis with { AskedAt = now, BackupUntil = status.BackupUntil };
            }

            EngineTelemetry.ClockTrusted.Record((status is null ? Fault : status.Fault) is null ? 1 : 0);
            return status;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Returns the time to add since the last beat. If another host's beat is newer than this host's, only the time
    /// since that beat is added.</summary>
    private static TimeSpan SinceLastBeat(Basis basis, ClockReading now, Passed passed)
    {
        var served = passed.Served < MaxUnwritten ? passed.Served : MaxUnwritten;
        return basis.Served.Last is { } last && now.Wall - last < served ? now.Wall - last : served;
    }

    /// <summary>A jump, and the beat before it.</summary>
    private sealed record SeenJump(ClockReading Since, ClockFault Fault);

    /// <summary>What the last beat told.</summary>
    private sealed record Basis(
        ClockReading At,
        ClockReading AskedAt,
        ServedIntervals Served,
        ClockFault? Fault,
        DateTimeOffset? BackupUntil,
        bool Agrees);

    private readonly record struct Passed(TimeSpan Wall, TimeSpan Monotonic, TimeSpan Boot)
    {
        public bool HasJumped => (Wall - Boot).Duration() > ClockFault.Bound;

        public TimeSpan Served =>
            Wall <= TimeSpan.Zero || Monotonic <= TimeSpan.Zero ? TimeSpan.Zero : Wall < Monotonic ? Wall : Monotonic;

        public static Passed Between(ClockReading before, ClockReading now) =>
            new(now.Wall - before.Wall, now.Monotonic - before.Monotonic, now.Boot - before.Boot);
    }
}

public static class ClockFaultText
{
    public static string Describe(ClockFault fault)
    {
        var reason = fault.Kind == ClockFaultKind.BehindJournal
            ? "but the journal already contains the later time "
            : "but according to the time since the machine started it should have shown ";
        return "The clock is not trusted: it showed " + Format(fault.Shown) + ", " + reason + Format(fault.Expected)
            + ". Nothing expires and no bytes are collected. Correct the clock, then run 'orleans-uploads clock accept', in a cluster "
            + "'orleans-uploads-silo clock accept'.";
    }

    public static string Format(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
