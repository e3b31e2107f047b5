namespace OrleansUploads.Core.Accounts;

/// <summary>How an account limits its retrievals. The numbers are stored.</summary>
public enum RetrievalStrategy
{
    /// <summary>Not at all; the default.</summary>
    None = 0,

    /// <summary>To what would cost nothing at Amazon: <see cref="Limits.FreeTierBytesPerHour"/>.</summary>
    FreeTier = 1,

    /// <summary>To a number of bytes.</summary>
    BytesPerHour = 2,
}

/// <summary>Limits the bytes of an account's standard retrievals of archives. What counts is all that was admitted in the
/// hour before, by retrievals that were begun then, whether they have finished or not.</summary>
/// <param name="Strategy">How.</param>
/// <param name="BytesPerHour">The limit of <see cref="RetrievalStrategy.BytesPerHour"/>, at least 1; null for the other
/// strategies.</param>
/// <remarks>Source: developer guide, "Data retrieval policies". How Amazon measures a rate is not public; the running
/// hour is our own rule.</remarks>
public sealed record DataRetrievalPolicy(RetrievalStrategy Strategy, long? BytesPerHour)
{
    /// <summary>No limit.</summary>
    public static DataRetrievalPolicy Unlimited { get; } = new(RetrievalStrategy.None, null);

    /// <summary>Most bytes in any hour; null for no limit.</summary>
    public long? LimitBytes => Strategy switch
    {
        RetrievalStrategy.None => null,
        RetrievalStrategy.FreeTier => Limits.FreeTierBytesPerHour,
        RetrievalStrategy.BytesPerHour => BytesPerHour,
        _ => throw new InvalidOperationException($"There is no strategy {Strategy}."),
    };
}
