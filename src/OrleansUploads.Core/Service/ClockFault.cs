namespace OrleansUploads.Core.Service;

/// <summary>A detected clock error. Nothing expires and no bytes are collected until an operator accepts the clock.</summary>
/// <param name="Kind">How the error was detected.</param>
/// <param name="Shown">The time that the wall clock showed.</param>
/// <param name="Expected">The expected time: the minimum for <see cref="ClockFaultKind.BehindJournal"/>, an estimate for <see
/// cref="ClockFaultKind.Jumped"/>.</param>
public sealed record ClockFault(ClockFaultKind Kind, DateTimeOffset Shown, DateTimeOffset Expected)
{
    /// <summary>Maximum tolerated deviation of a clock.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromMinutes(1);
}

/// <summary>How a clock error was detected. The values are stored: never change them.</summary>
public enum ClockFaultKind
{
    /// <summary>The wall clock and the monotonic clock advanced by different amounts.</summary>
    Jumped = 1,

    /// <summary>The wall clock shows an earlier time than the latest time in the journal.</summary>
    BehindJournal = 2,
}
