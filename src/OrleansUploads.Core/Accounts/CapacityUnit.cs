using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Accounts;

/// <summary>A unit of provisioned capacity. This server records and lists units, but expedited retrievals do not require
/// one.</summary>
/// <param name="Capacity">Its ID.</param>
/// <param name="StartAt">When it was purchased.</param>
/// <param name="ExpiresAt">When it expires.</param>
public sealed record CapacityUnit(CapacityId Capacity, DateTimeOffset StartAt, DateTimeOffset ExpiresAt)
{
    /// <summary>Creates a unit that is purchased now. It lasts one calendar month, to the second: until the same day and time of
    /// the next month, or the last day of that month if it is shorter.</summary>
    /// <remarks>Source: developer guide, "Purchase provisioned capacity".</remarks>
    public static CapacityUnit Purchase(CapacityId capacity, DateTimeOffset now)
    {
        var end = now.AddMonths(1);
        return new CapacityUnit(capacity, now, end.AddTicks(-(end.Ticks % TimeSpan.TicksPerSecond)));
    }
}
