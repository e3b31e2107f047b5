namespace OrleansUploads.Silo.Tests.Faults;

/// <summary>How long a campaign lasts, and what it draws.</summary>
/// <param name="Rounds">At least this many disturbances happen.</param>
/// <param name="Duration">They go on for at least this long.</param>
/// <param name="Seed">The seed of their order and of the requests.</param>
internal sealed record FaultPlan(int Rounds, TimeSpan Duration, int Seed)
{
    /// <summary>An answer may take this long while nothing is disturbed.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromSeconds(TestSetting.Read("ORLEANSUPLOADS_FAULT_SECONDS", 20));

    /// <summary>The uploads that stay open, and store a part after each disturbance.</summary>
    public int OpenUploads { get; init; }

    /// <summary>Reads <c>ORLEANSUPLOADS_FAULT_ROUNDS</c>, <c>ORLEANSUPLOADS_FAULT_MINUTES</c> and <c>ORLEANSUPLOADS_FAULT_SEED</c>. Unless
    /// they say otherwise, everything happens once.</summary>
    public static FaultPlan Read(int byDefault) => new(
        TestSetting.Read("ORLEANSUPLOADS_FAULT_ROUNDS", byDefault),
        TimeSpan.FromMinutes(TestSetting.Read("ORLEANSUPLOADS_FAULT_MINUTES", 0)),
        TestSetting.Read("ORLEANSUPLOADS_FAULT_SEED", Environment.ProcessId));

    /// <summary>The disturbances whose kind contains <c>ORLEANSUPLOADS_FAULT_KINDS</c>.</summary>
    public static IReadOnlyList<Disturbance> Choose(IEnumerable<Disturbance> table)
    {
        var chosen = Environment.GetEnvironmentVariable("ORLEANSUPLOADS_FAULT_KINDS") ?? "";
        return [.. table.Where(disturbance => disturbance.Kind.Contains(chosen, StringComparison.Ordinal))];
    }
}
