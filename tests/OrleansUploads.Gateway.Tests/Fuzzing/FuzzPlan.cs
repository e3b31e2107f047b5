namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Which requests a run sends.</summary>
/// <param name="Seed">All chance of the run.</param>
/// <param name="Requests">How many.</param>
internal sealed record FuzzPlan(int Seed, int Requests)
{
    /// <summary>How often the state is looked at from outside before and after a request that is refused.</summary>
    public int LooksOnceIn { get; init; } = 300;
}
