namespace OrleansUploads.Core.Uploads;

/// <summary>When the bytes of a part arrived.</summary>
/// <param name="BegunAt">When its attempt began, or null if it has none.</param>
/// <param name="StoredAt">When it was accepted.</param>
/// <param name="LengthBytes">Its length.</param>
internal readonly record struct ArrivedPart(DateTimeOffset? BegunAt, DateTimeOffset StoredAt, long LengthBytes);

/// <summary>Measures how fast parts arrive.</summary>
/// <remarks>A part counts when it ends, with bytes that may have arrived long before. So only parts count that also began within the
/// measured time: all their bytes arrived in it, and the rate is never higher than what the connections carried.</remarks>
internal static class TransferRates
{
    private const int PartsInWindow = 8;

    private static readonly TimeSpan MinWindow = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan MinMeasured = TimeSpan.FromSeconds(1);

    /// <summary>The rate of the last parts, or null if they tell too little.</summary>
    /// <param name="parts">All parts.</param>
    public static TransferRate? Of(IReadOnlyList<ArrivedPart> parts)
    {
        if (parts.Count == 0)
        {
            return null;
        }

        var last = parts.MaxBy(static part => part.StoredAt);
        var window = PartsInWindow * (last.StoredAt - (last.BegunAt ?? last.StoredAt));
        var from = last.StoredAt - (window > MinWindow ? window : MinWindow);
        var begun = last.StoredAt;
        var bytes = 0L;
        foreach (var part in parts)
        {
            if (part.BegunAt is { } at && at >= from)
            {
                begun = at < begun ? at : begun;
                bytes += part.LengthBytes;
            }
        }

        var measured = last.StoredAt - begun;
        return measured < MinMeasured
            ? null
            : new TransferRate((long)(bytes / measured.TotalSeconds), (long)measured.TotalMilliseconds);
    }
}
