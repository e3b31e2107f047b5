using System.Diagnostics;

namespace OrleansUploads.Benchmarks.Harness;

/// <summary>The medians of both sides.</summary>
internal readonly record struct Medians(double Subject, double Baseline);

/// <summary>Measures two sides in turn, so that other load on the machine affects both.</summary>
/// <param name="What">The name for progress messages.</param>
/// <param name="Unit">The unit of the results.</param>
/// <param name="Count">Number of measured rounds.</param>
/// <param name="WarmUps">Number of rounds before that are ignored, because they include compilation and cold caches.</param>
internal sealed record Rounds(string What, Unit Unit, int Count, int WarmUps = 1)
{
    /// <summary>One measurement of one side. It prepares everything before it starts its stopwatch.</summary>
    public delegate Task<double> Side(CancellationToken cancellationToken);

    public async Task<Medians> AlternateAsync(Side subject, Side baseline, CancellationToken cancellationToken)
    {
        var subjects = new List<double>(Count);
        var baselines = new List<double>(Count);
        for (var round = -WarmUps; round < Count; round++)
        {
            var (ours, theirs) = await RunBothAsync(subject, baseline, subjectFirst: round % 2 == 0, cancellationToken);
            Session.Report($"  {What} {Name(round)}: {Unit.Format(ours)} against {Unit.Format(theirs)}");
            if (round >= 0)
            {
                subjects.Add(ours);
                baselines.Add(theirs);
            }
        }

        return new Medians(Median(subjects), Median(baselines));
    }

    /// <summary>Measures work.</summary>
    /// <returns>Its duration in milliseconds.</returns>
    public static async Task<double> TimeAsync(Func<Task> work)
    {
        var watch = Stopwatch.StartNew();
        await work();
        return watch.Elapsed.TotalMilliseconds;
    }

    /// <summary>The side that runs first in one round runs second in the next.</summary>
    private static async Task<(double Subject, double Baseline)> RunBothAsync(
        Side subject, Side baseline, bool subjectFirst, CancellationToken cancellationToken)
    {
        if (subjectFirst)
        {
            var ours = await subject(cancellationToken);
            return (ours, await baseline(cancellationToken));
        }

        var theirs = await baseline(cancellationToken);
        return (await subject(cancellationToken), theirs);
    }

    private string Name(int round) => round < 0 ? "warm-up" : $"{round + 1} of {Count}";

    public static double Median(List<double> values)
    {
        values.Sort();
        var upper = values.Count / 2;
        return values.Count % 2 == 1 ? values[upper] : (values[upper - 1] + values[upper]) / 2;
    }
}
