namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>The seed and the length of a run.</summary>
/// <param name="Seed">The seed of all random choices.</param>
/// <param name="Requests">The number of requests to send.</param>
internal sealed record FuzzPlan(int Seed, int Requests)
{
    public FuzzedProtocol Protocol { get; init; } = FuzzedProtocol.Glacier;

    /// <summary>For one request in this many, all readable state is compared before and after a refusal.</summary>
    public int SnapshotOneIn { get; init; } = 300;
}
