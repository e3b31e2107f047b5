using OrleansUploads.Core.Settings;

namespace OrleansUploads.Core.Uploads;

/// <summary>A restore of an archived object. What it means depends on the time, so nothing happens when it is ready or ends.</summary>
/// <param name="Tier">How fast it is.</param>
/// <param name="ReadyAt">When the object becomes readable.</param>
/// <param name="ReadableUntil">When it stops being readable.</param>
public sealed record ObjectRestore(
    DateTimeOffset RequestedAt, RetrievalTier Tier, DateTimeOffset ReadyAt, DateTimeOffset ReadableUntil)
{
    /// <summary>A restore that begins now.</summary>
    internal static ObjectRestore Begin(RestoreObject command, RetrievalPolicy policy, ServiceTime time)
    {
        var now = NowOf(time);
        var readyAt = now + policy.DelayOf(command.Tier);
        return new ObjectRestore(now, command.Tier, readyAt, EndOf(readyAt, command.Days));
    }

    /// <summary>The same restore with its days counted from now.</summary>
    internal ObjectRestore CountAnew(int days, ServiceTime time) => this with { ReadableUntil = EndOf(NowOf(time), days) };

    /// <summary>What callers see of the restore, or null if the object can no longer be read.</summary>
    internal RestoreStatus? StatusAt(ServiceTime time) =>
        ReadyAt > time.DueBy ? new RestoreStatus(ReadableUntil: null)
        : ReadableUntil > time.DueBy ? new RestoreStatus(ReadableUntil)
        : null;

    /// <summary>While the clock is not trusted, the present is the end of the last served interval, as for everything that becomes
    /// due.</summary>
    private static DateTimeOffset NowOf(ServiceTime time) => time.DueBy > DateTimeOffset.MinValue ? time.DueBy : time.Now;

    /// <summary>S3 lets the days end at midnight UTC.</summary>
    private static DateTimeOffset EndOf(DateTimeOffset since, int days)
    {
        var end = since.ToUniversalTime().AddDays(days);
        var midnight = new DateTimeOffset(end.Date, TimeSpan.Zero);
        return midnight < end ? midnight.AddDays(1) : midnight;
    }
}
