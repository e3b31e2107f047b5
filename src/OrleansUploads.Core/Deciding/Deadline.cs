namespace OrleansUploads.Core.Deciding;

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
