namespace OrleansUploads.Core.Accounts;

/// <summary>How an account limits its retrievals. The values are stored: never change them.</summary>
public enum RetrievalStrategy
{
    /// <summary>No limit; the default.</summary>
    None = 0,

    /// <summary>Amazon's free tier: <see cref="Limits.FreeTierBytesPerHour"/>.</summary>
    FreeTier = 1,

    /// <summary>A fixed number of bytes per hour.</summary>
    BytesPerHour = 2,
}

/// <summary>Limits the bytes of an account's standard archive retrievals. Every retrieval that was admitted in the past hour
/// counts, whether or not it has finished.</summary>
/// <param name="Strategy">The strategy.</param>
/// <param name="BytesPerHour">The limit of <see cref="RetrievalStrategy.BytesPerHour"/>, at least 1, or null for the other
/// strategies.</param>
/// <remarks>Source: developer guide, "Data retrieval policies". Amazon does not publish how it measures the rate; the sliding
/// one-hour window is our own rule.</remarks>
[Named("data-retrieval-policy.1")]
public sealed record DataRetrievalPolicy(RetrievalStrategy Strategy, long? BytesPerHour) : IAnswer
{
    /// <summary>No limit.</summary>
    public static DataRetrievalPolicy Unlimited { get; } = new(RetrievalStrategy.None, null);

    /// <summary>Maximum number of bytes in any hour, or null for no limit.</summary>
    public long? LimitBytes => Strategy switch
    {
        RetrievalStrategy.None => null,
        RetrievalStrategy.FreeTier => Limits.FreeTierBytesPerHour,
        RetrievalStrategy.BytesPerHour => BytesPerHour,
        _ => throw new InvalidOperationException($"Unknown retrieval strategy {Strategy}."),
    };
}
