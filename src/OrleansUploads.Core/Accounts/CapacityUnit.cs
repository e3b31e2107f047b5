namespace OrleansUploads.Core.Accounts;

/// <summary>A unit of provisioned capacity. It is kept and shown; expedited retrievals never need one here.</summary>
/// <param name="Capacity">Its ID.</param>
/// <param name="StartAt">When it was bought.</param>
/// <param name="ExpiresAt">From when on it is no longer there.</param>
public sealed record CapacityUnit(CapacityId Capacity, DateTimeOffset StartAt, DateTimeOffset ExpiresAt)
{
    /// <summary>A unit that is bought now. It lasts a calendar month, to the second: until the same day and time of the next
    /// month, or that month's last day where it is shorter.</summary>
    /// <remarks>Source: developer guide, "Purchase provisioned capacity".</remarks>
    public static CapacityUnit Bought(CapacityId capacity, DateTimeOffset now)
    {
        var end = now.AddMonths(1);
        return new CapacityUnit(capacity, now, end.AddTicks(-(end.Ticks % TimeSpan.TicksPerSecond)));
    }
}
