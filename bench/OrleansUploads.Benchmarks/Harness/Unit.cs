using System.Globalization;

namespace OrleansUploads.Benchmarks.Harness;

/// <summary>The unit of a measurement, and whether more or less is better.</summary>
/// <param name="Name">The name after the number.</param>
/// <param name="Digits">The format of the number.</param>
/// <param name="LessIsBetter">True for times and sizes, false for rates.</param>
internal sealed record Unit(string Name, string Digits, bool LessIsBetter)
{
    public static Unit GibibytesPerSecond { get; } = new("GiB/s", "0.00", LessIsBetter: false);

    public static Unit ReportsPerSecond { get; } = new("reports/s", "N0", LessIsBetter: false);

    public static Unit UploadsPerSecond { get; } = new("uploads/s", "0.0", LessIsBetter: false);

    public static Unit MebibytesPerSecond { get; } = new("MiB/s", "0.0", LessIsBetter: false);

    public static Unit Milliseconds { get; } = new("ms", "0.00", LessIsBetter: true);

    public static Unit Leaves { get; } = new("leaves", "0.00", LessIsBetter: true);

    public static Unit Mebibytes { get; } = new("MiB", "N0", LessIsBetter: true);

    public static Unit Kibibytes { get; } = new("KiB", "0.00", LessIsBetter: true);

    public static Unit Writes { get; } = new("writes", "0.000", LessIsBetter: true);

    public static Unit PercentOfCore { get; } = new("% of a core", "0.00", LessIsBetter: true);

    /// <summary>Processor time, which a busy machine distorts less than rates.</summary>
    public static Unit ProcessorMillisecondsPerGibibyte { get; } = new("ms/GiB", "N0", LessIsBetter: true);

    public static Unit AllocatedMebibytesPerGibibyte { get; } = new("MiB/GiB", "0.0", LessIsBetter: true);

    public static Unit FullCollectionsPerGibibyte { get; } = new("gen-2/GiB", "0.00", LessIsBetter: true);

    public static Unit AllocatedBytesPerReport { get; } = new("bytes", "N0", LessIsBetter: true);

    public static Unit FullCollectionsPerMillionReports { get; } = new("gen-2/million", "0.0", LessIsBetter: true);

    public string Format(double value) => $"{value.ToString(Digits, CultureInfo.InvariantCulture)} {Name}";

    /// <summary>The speed of the subject relative to the baseline.</summary>
    public double Ratio(Medians medians) =>
        LessIsBetter ? medians.Baseline / medians.Subject : medians.Subject / medians.Baseline;

    /// <summary>The ratio as text. Empty if one side used nothing.</summary>
    public static string FormatRatio(double ratio) => ratio is 0 || !double.IsFinite(ratio)
        ? ""
        : ratio.ToString(ratio < 0.1 ? "0.000" : "0.00", CultureInfo.InvariantCulture);
}
