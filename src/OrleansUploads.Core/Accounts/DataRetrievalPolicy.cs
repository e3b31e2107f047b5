namespace OrleansUploads.Core.Accounts;

/// <summary>The values are stored: never change them.</summary>
public enum RetrievalStrategy
{
    /// <summary>No limit; the default.</summary>
    None = 0,

    /// <summary>Amazon's free tier: <see cref="Limits.FreeTierBytesPerHour"/>.</summary>
    FreeTier = 1,

    BytesPerHour = 2,
}

/// <summary>Limits the bytes of an account's standard archive retrievals. Every retrieval that was admitted in the past hour
/// counts, whether or not it has finished.</summary>
/// <param name="BytesPerHour">Of the strategy of that name, at least 1; null for the others.</param>
/// <remarks>Source: developer guide, "Data retrieval policies". Amazon does not publish how it measures the rate; the
/// sliding one-hour window is our own rule.</remarks>
[Named("data-retrieval-policy.1")]
public sealed record DataRetrievalPolicy(RetrievalStrategy Strategy, long? BytesPerHour) : IAnswer
{
    public static DataRetrievalPolicy Unlimited { get; } = new(RetrievalStrategy.None, null);

    /// <summary>The bytes per hour that the policy allows, or null for no limit.</summary>
    public long? LimitBytes => Strategy switch
    {
        RetrievalStrategy.None => null,
        RetrievalStrategy.FreeTier => Limits.FreeTierBytesPerHour,
        RetrievalStrategy.BytesPerHour => BytesPerHour,
        _ => throw new InvalidOperationException($"Unknown retrieval strategy {Strategy}."),
    };
}
