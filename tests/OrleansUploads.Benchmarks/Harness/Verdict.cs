namespace OrleansUploads.Benchmarks.Harness;

/// <summary>A line of the table.</summary>
/// <param name="Benchmark">What was measured.</param>
/// <param name="Subject">The median of ours.</param>
/// <param name="Baseline">The median of what it is held against.</param>
/// <param name="Ratio">How fast ours is in terms of the baseline: 2 is twice as fast.</param>
/// <param name="Bar">What must hold.</param>
/// <param name="Held">Whether it holds.</param>
internal sealed record Verdict(string Benchmark, string Subject, string Baseline, double Ratio, string Bar, bool Held)
{
    /// <summary>Holds a speed against a share of the baseline's.</summary>
    public static Verdict OfRatio(string benchmark, Unit unit, Medians medians, double atLeast) => new(
        benchmark,
        unit.Format(medians.Subject),
        unit.Format(medians.Baseline),
        unit.Ratio(medians),
        $"ratio >= {Unit.FormatRatio(atLeast)}",
        unit.Ratio(medians) >= atLeast);

    /// <summary>Shows a quantity without a bar.</summary>
    public static Verdict OfInterest(string benchmark, Unit unit, Medians medians) => new(
        benchmark, unit.Format(medians.Subject), unit.Format(medians.Baseline), unit.Ratio(medians), "", Held: true);

    /// <summary>Holds a quantity against a limit.</summary>
    public static Verdict OfLimit(string benchmark, Unit unit, Medians medians, double atMost) => new(
        benchmark,
        unit.Format(medians.Subject),
        unit.Format(medians.Baseline),
        unit.Ratio(medians),
        $"<= {unit.Format(atMost)}",
        medians.Subject <= atMost);
}
