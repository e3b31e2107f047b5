namespace OrleansUploads.Benchmarks.Harness;

/// <summary>A line of the table.</summary>
/// <param name="Benchmark">The name of the measurement.</param>
/// <param name="Subject">The median of the subject.</param>
/// <param name="Baseline">The median of the baseline.</param>
/// <param name="Ratio">The speed relative to the baseline: 2 is twice as fast.</param>
/// <param name="Bar">The condition that must hold.</param>
/// <param name="Held">Whether it holds.</param>
internal sealed record Verdict(string Benchmark, string Subject, string Baseline, double Ratio, string Bar, bool Held)
{
    /// <summary>Compares a speed with a minimum share of the baseline's.</summary>
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

    /// <summary>Compares what a quantity exceeds the baseline's by with a limit.</summary>
    public static Verdict OfIncrease(string benchmark, Unit unit, Medians medians, double atMost) => new(
        benchmark,
        unit.Format(medians.Subject),
        unit.Format(medians.Baseline),
        unit.Ratio(medians),
        $"<= +{unit.Format(atMost)}",
        medians.Subject - medians.Baseline <= atMost);

    /// <summary>Compares a quantity with a limit.</summary>
    public static Verdict OfLimit(string benchmark, Unit unit, Medians medians, double atMost) => new(
        benchmark,
        unit.Format(medians.Subject),
        unit.Format(medians.Baseline),
        unit.Ratio(medians),
        $"<= {unit.Format(atMost)}",
        medians.Subject <= atMost);
}
