namespace OrleansUploads.Core.Settings;

/// <summary>How long retrievals take. By default they are ready immediately.</summary>
public sealed record RetrievalPolicy
{
    /// <summary>Delay of the <see cref="RetrievalTier.Standard"/> tier and of inventory retrievals, which have no tier.</summary>
    public TimeSpan StandardDelay { get; init; } = TimeSpan.Zero;

    /// <summary>Delay of the <see cref="RetrievalTier.Expedited"/> tier.</summary>
    public TimeSpan ExpeditedDelay { get; init; } = TimeSpan.Zero;

    /// <summary>Delay of the <see cref="RetrievalTier.Bulk"/> tier.</summary>
    public TimeSpan BulkDelay { get; init; } = TimeSpan.Zero;

    /// <summary>The longest of the delays.</summary>
    public TimeSpan LongestDelay => Max(StandardDelay, Max(ExpeditedDelay, BulkDelay));

    /// <summary>Creates a policy with the same delay for every tier.</summary>
    public static RetrievalPolicy After(TimeSpan delay) => new()
    {
        StandardDelay = delay,
        ExpeditedDelay = delay,
        BulkDelay = delay,
    };

    /// <summary>The delay of a tier.</summary>
    public TimeSpan DelayOf(RetrievalTier tier) => tier switch
    {
        RetrievalTier.Standard => StandardDelay,
        RetrievalTier.Expedited => ExpeditedDelay,
        RetrievalTier.Bulk => BulkDelay,
        _ => throw new ArgumentOutOfRangeException(nameof(tier), tier, "Unknown retrieval tier."),
    };

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
