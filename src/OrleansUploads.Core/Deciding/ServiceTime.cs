namespace OrleansUploads.Core.Deciding;

/// <summary>The time that a decision is based on: the wall-clock time, how long the service has been available, and whether
/// anything may be deleted now because of its age.</summary>
/// <remarks>Measure deadlines that lead to a deletion with <see cref="ServedSince"/> or <see cref="ServedAgo"/>, never with <see
/// cref="Now"/>: an outage or a clock jump must not cause data loss.</remarks>
public readonly struct ServiceTime
{
    private readonly ServedIntervals? _served;
    private readonly TimeSpan _sinceLastBeat;

    private ServiceTime(DateTimeOffset now, ServedIntervals? served, TimeSpan sinceLastBeat)
    {
        Now = now.InWholeMilliseconds();
        _served = served;
        _sinceLastBeat = sinceLastBeat > TimeSpan.Zero ? sinceLastBeat : TimeSpan.Zero;
    }

    /// <summary>The wall-clock time in the resolution of stored times.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>False while the clock is known or suspected to be wrong. During that time nothing counts as served time, so
    /// nothing expires.</summary>
    public bool IsTrusted { get; private init; }

    /// <summary>Everything scheduled for this instant or earlier is due: the present, or the end of the last served interval
    /// while the clock is not trusted.</summary>
    public DateTimeOffset DueBy => IsTrusted ? Now : _served?.Last is { } last && last < Now ? last : DateTimeOffset.MinValue;

    /// <summary>True while a backup is in progress. No bytes may be deleted then, even if they are no longer needed.</summary>
    public bool HoldsBytes { get; private init; }

    /// <summary>The time of a service that has always been available and has a correct clock.</summary>
    public static ServiceTime Continuous(DateTimeOffset now) => new(now, served: null, TimeSpan.Zero) { IsTrusted = true };

    /// <summary>The time of a service that records when it was available.</summary>
    /// <param name="now">The wall-clock time.</param>
    /// <param name="served">When the service was available, up to its last heartbeat.</param>
    /// <param name="sinceLastBeat">How long the service has been available since its last heartbeat.</param>
    /// <param name="isTrusted">Whether the clock is trusted.</param>
    /// <param name="holdsBytes">Whether a backup is in progress.</param>
    public static ServiceTime Recorded(
        DateTimeOffset now, ServedIntervals served, TimeSpan sinceLastBeat, bool isTrusted, bool holdsBytes) =>
        new(now, served, sinceLastBeat) { IsTrusted = isTrusted, HoldsBytes = holdsBytes };

    /// <summary>How long the service has been available since an instant. Never negative, never more than the elapsed wall-clock
    /// time, and zero while the clock is not trusted.</summary>
    public TimeSpan ServedSince(DateTimeOffset since) => IsTrusted ? Measure(since) : TimeSpan.Zero;

    /// <summary>The latest instant since which the service has been available for a duration; <see
    /// cref="DateTimeOffset.MinValue"/> if it never has, or while the clock is not trusted.</summary>
    public DateTimeOffset ServedAgo(TimeSpan served)
    {
        if (!IsTrusted)
        {
            return DateTimeOffset.MinValue;
        }

        if (_served is null)
        {
            return Now - served;
        }

        return served <= _sinceLastBeat ? Now - served : _served.Ago(served - _sinceLastBeat);
    }

    /// <summary>The earliest wall-clock time at which the service can have been available for a duration since an instant.
    /// Converts a deadline in served time to a wake-up time.</summary>
    public DateTimeOffset DueAt(DateTimeOffset since, TimeSpan served)
    {
        var missing = served - Measure(since);
        return since > Now || missing <= TimeSpan.Zero ? since + served : Now + missing;
    }

    private TimeSpan Measure(DateTimeOffset since)
    {
        if (since >= Now)
        {
            return TimeSpan.Zero;
        }

        var passed = Now - since;
        var served = _served is null ? passed : _served.TotalSince(since) + _sinceLastBeat;
        return served < passed ? served : passed;
    }
}

/// <summary>When something becomes due because of the time alone.</summary>
/// <param name="Since">The instant from which the time counts.</param>
/// <param name="Served">How long the service must have been available since then.</param>
public readonly record struct Deadline(DateTimeOffset Since, TimeSpan Served)
{
    /// <summary>Whether the deadline has passed. Never while the clock is not trusted, unless it had passed from the beginning.</summary>
    public bool IsDue(ServiceTime time) => time.ServedSince(Since) >= Served;

    /// <summary>The wall-clock time at which it can pass at the earliest.</summary>
    public DateTimeOffset WakeAt(ServiceTime time) => time.DueAt(Since, Served);
}
