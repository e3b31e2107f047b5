namespace OrleansUploads.Benchmarks.Harness;

/// <summary>Prints verdicts as a table that is also Markdown.</summary>
internal static class VerdictTable
{
    private static readonly string[] Titles = ["benchmark", "ours", "baseline", "ratio", "bar", "held"];

    public static void Write(TextWriter output, IReadOnlyList<Verdict> verdicts)
    {
        List<string[]> rows = [Titles, .. verdicts.Select(Cells)];
        var widths = Titles.Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        rows.Insert(1, [.. widths.Select(width => new string('-', width))]);
        foreach (var row in rows)
        {
            output.WriteLine($"| {string.Join(" | ", row.Select((cell, column) => cell.PadRight(widths[column])))} |");
        }
    }

    private static string[] Cells(Verdict verdict) =>
    [
        verdict.Benchmark,
        verdict.Subject,
        verdict.Baseline,
        Unit.FormatRatio(verdict.Ratio),
        verdict.Bar,
        verdict.Held ? "yes" : "NO",
    ];
}
