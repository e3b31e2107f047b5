using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Messages.Service;
using OrleansUploads.Core.Service;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Clocks;

/// <summary>The time of a service that keeps a record of when it was there: a heartbeat in the journal credits what both the wall
/// clock and the monotonic one say has passed. A start, a suspend and an outage leave gaps, and gaps are no time.</summary>
/// <remarks>Before the first beat, and while the wall clock moves otherwise than the clock that counts since the start of the machine,
/// the time is not trusted.</remarks>
/// <param name="host">The machine's clocks.</param>
/// <param name="agrees">Whether this host's clock agrees with the others'; null where there are no others.</param>
public sealed class ServiceClock(HostClock host, Func<bool>? agrees = null) : IServiceClock, IDisposable
{
    /// <summary>Time between two beats.</summary>
    public static readonly TimeSpan BeatInterval = TimeSpan.FromMinutes(1);

    /// <summary>What has passed since the last beat counts up to this: a service whose journal takes no beats is not there to be
    /// used.</summary>
    private static readonly TimeSpan LongestUnwritten = 3 * BeatInterval;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile Basis? _basis;
    private volatile SeenJump? _jump;

    /// <summary>What is wrong with the clock, as the journal has it; null where nothing is known to be.</summary>
    public ClockFault? Fault => _basis?.Fault;

    /// <summary>When the lease of the backup that is being made ends; null where none is.</summary>
    public DateTimeOffset? BackupUntil =>
        _basis?.BackupUntil is { } until && until > host.Read().Wall ? until : null;

    /// <inheritdoc/>
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
            // Once more: a thread that was held up between two clocks has seen no jump.
            now = host.Read();
            passed = Passed.Between(basis.At, now);
            if (passed.HasJumped)
            {
                // What is written by this time is wrong for good, also where the clock is put right before the next beat.
                _jump = JumpSince(basis) is null ? new SeenJump(basis.At, FaultOf(basis, passed, now)) : _jump;
            }
        }

        var isTrusted = basis.Fault is null && JumpSince(basis) is null && !passed.HasJumped && agrees?.Invoke() != false;
        return ServiceTime.Recorded(
            now.Wall, basis.Served, SinceLastBeat(basis, now, passed), isTrusted, holdsBytes: basis.BackupUntil > now.Wall);
    }

    /// <summary>Journals that the service is there, and learns how it stands.</summary>
    /// <exception cref="EntityUnavailableException">The journal did not take it; the next beat makes up for it, if it comes soon.
    /// </exception>
    public Task BeatAsync(IEntityHost entities, CancellationToken cancellationToken) => TakeTurnAsync(
        async now =>
        {
            if (_basis is not { } basis)
            {
                return await AskAsync(entities, new RecordBeat(now.Wall, now.Wall), cancellationToken);
            }

            if (JumpUntil(now) is { } jump)
            {
                return await AskAsync(entities, new ReportClockFault(jump), cancellationToken);
            }

            if (agrees?.Invoke() == false)
            {
                // No time counts by a clock that the others do not share.
                return new ServiceStatus(basis.Served.InOrder, basis.Fault, basis.BackupUntil);
            }

            var passed = Passed.Between(basis.At, now);
            var served = passed.Wall > LongestUnwritten ? TimeSpan.Zero : passed.Served;
            return await AskAsync(entities, new RecordBeat(now.Wall - served, now.Wall), cancellationToken);
        },
        looksAtClock: true,
        cancellationToken);

    /// <summary>An operator's word that the clock is right now.</summary>
    /// <exception cref="EntityUnavailableException">Nobody knows whether that was journaled; say it again.</exception>
    public Task AcceptAsync(IEntityHost entities, CancellationToken cancellationToken) => TakeTurnAsync(
        async now =>
        {
            if (JumpUntil(now) is { } jump)
            {
                // It is not in the journal yet, and only what is there can be accepted.
                await AskAsync(entities, new ReportClockFault(jump), cancellationToken);
            }

            return await AskAsync(entities, new AcceptClock(), cancellationToken);
        },
        looksAtClock: true,
        cancellationToken);

    /// <summary>Holds all bytes while a backup is made. When this has ended, nothing is deleted any more.</summary>
    /// <returns>When the lease ends.</returns>
    /// <exception cref="EntityUnavailableException">Nobody knows whether that was journaled; say it again.</exception>
    public async Task<DateTimeOffset> BeginBackupAsync(
        IEntityHost entities, TimeSpan lease, CancellationToken cancellationToken)
    {
        var standing = await TakeTurnAsync(
            _ => AskAsync(entities, new BeginBackup(lease), cancellationToken), looksAtClock: false, cancellationToken);
        return standing.BackupUntil ?? throw new InvalidOperationException("A backup that has begun has an end.");
    }

    /// <summary>Lets bytes be deleted again.</summary>
    /// <exception cref="EntityUnavailableException">Nobody knows whether that was journaled; say it again.</exception>
    public Task EndBackupAsync(IEntityHost entities, CancellationToken cancellationToken) =>
        TakeTurnAsync(_ => AskAsync(entities, new EndBackup(), cancellationToken), looksAtClock: false, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    /// <summary>The jump since the last beat, whether it is still to be seen or was seen before.</summary>
    private ClockFault? JumpUntil(ClockReading now) =>
        _basis is not { } basis ? null
        : JumpSince(basis) is { } seen ? seen
        : Passed.Between(basis.At, now) is { HasJumped: true } passed ? FaultOf(basis, passed, now)
        : null;

    /// <summary>The jump that was seen since a beat. One from before it is in the journal, and may be accepted by now.</summary>
    private ClockFault? JumpSince(Basis basis) => _jump is { } jump && jump.Since == basis.At ? jump.Fault : null;

    private static ClockFault FaultOf(Basis basis, Passed passed, ClockReading now) =>
        new(ClockFaultKind.Jumped, now.Wall, basis.At.Wall + passed.Boot);

    private static async Task<ServiceStatus> AskAsync(
        IEntityHost entities, ICommand<ServiceStatus> command, CancellationToken cancellationToken) =>
        (await entities.AskAsync(ServiceState.Entity, command, cancellationToken)).Answer;

    private async Task<ServiceStatus> TakeTurnAsync(
        Func<ClockReading, Task<ServiceStatus>> turn, bool looksAtClock, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var now = host.Read();
            var standing = await turn(now);
            if (looksAtClock)
            {
                _basis = new Basis(now, ServedIntervals.FromOrdered(standing.Served), standing.Fault, standing.BackupUntil);
            }
            else if (_basis is { } basis)
            {
                // What has passed since the last beat is for the next one to judge: the clock may have jumped meanwhile.
                _basis = basis with { BackupUntil = standing.BackupUntil };
            }

            EngineTelemetry.ClockTrusted.Record(standing.Fault is null ? 1 : 0);
            return standing;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Where another host's beat is newer than this one's, only what has passed since then comes on top of it.</summary>
    private static TimeSpan SinceLastBeat(Basis basis, ClockReading now, Passed passed)
    {
        var served = passed.Served < LongestUnwritten ? passed.Served : LongestUnwritten;
        return basis.Served.Last is { } last && now.Wall - last < served ? now.Wall - last : served;
    }

    /// <param name="Since">The beat that it was measured from.</param>
    /// <param name="Fault">The jump.</param>
    private sealed record SeenJump(ClockReading Since, ClockFault Fault);

    private sealed record Basis(ClockReading At, ServedIntervals Served, ClockFault? Fault, DateTimeOffset? BackupUntil);

    private readonly record struct Passed(TimeSpan Wall, TimeSpan Monotonic, TimeSpan Boot)
    {
        public bool HasJumped => (Wall - Boot).Duration() > ClockFault.Bound;

        public TimeSpan Served =>
            Wall <= TimeSpan.Zero || Monotonic <= TimeSpan.Zero ? TimeSpan.Zero : Wall < Monotonic ? Wall : Monotonic;

        public static Passed Between(ClockReading before, ClockReading now) =>
            new(now.Wall - before.Wall, now.Monotonic - before.Monotonic, now.Boot - before.Boot);
    }
}
