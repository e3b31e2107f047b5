namespace OrleansUploads.Core.Jobs;

/// <summary>How long retrievals take. The default is no time at all.</summary>
public sealed record RetrievalPolicy
{
    /// <summary>Delay of the tier <see cref="RetrievalTier.Standard"/>, and of inventories, which have no tier.</summary>
    public TimeSpan StandardDelay { get; init; } = TimeSpan.Zero;

    /// <summary>Delay of the tier <see cref="RetrievalTier.Expedited"/>.</summary>
    public TimeSpan ExpeditedDelay { get; init; } = TimeSpan.Zero;

    /// <summary>Delay of the tier <see cref="RetrievalTier.Bulk"/>.</summary>
    public TimeSpan BulkDelay { get; init; } = TimeSpan.Zero;

    /// <summary>The longest of the delays.</summary>
    public TimeSpan LongestDelay => Max(StandardDelay, Max(ExpeditedDelay, BulkDelay));

    /// <summary>All retrievals take this long.</summary>
    public static RetrievalPolicy After(TimeSpan delay) => new()
    {
        StandardDelay = delay,
        ExpeditedDelay = delay,
        BulkDelay = delay,
    };

    /// <summary>How long a tier takes.</summary>
    public TimeSpan DelayOf(RetrievalTier tier) => tier switch
    {
        RetrievalTier.Standard => StandardDelay,
        RetrievalTier.Expedited => ExpeditedDelay,
        RetrievalTier.Bulk => BulkDelay,
        _ => throw new ArgumentOutOfRangeException(nameof(tier), tier, "No such tier."),
    };

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
