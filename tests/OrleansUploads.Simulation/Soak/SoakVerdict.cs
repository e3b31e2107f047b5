namespace OrleansUploads.Simulation.Soak;

/// <summary>The rules that a soak run must satisfy. docs/simulation.md describes them.</summary>
internal sealed record SoakVerdict(string Rule, bool IsKept)
{
    private const double MostGrowth = 1.10;
    private const long MemorySlackBytes = 16L * 1024 * 1024;
    private const int CountSlack = 8;

    // An upload, its part, its archive and a job each leave a few records of a few hundred bytes.
    private const long MostBytesOfOne = 6 * 1024;
    private const double MostPageWaste = 2;
    private const long JournalSlackBytes = 8L * 1024 * 1024;
    private const long MostLogBytes = 64L * 1024 * 1024;

    /// <summary>Judges samples.</summary>
    public static IReadOnlyList<SoakVerdict> Judge(
        IReadOnlyList<SoakSample> samples, TimeSpan warmUp, long mostMemoryBytes, SoakLoad load, JournalContent journal)
    {
        var judged = samples.Where(sample => sample.At >= warmUp).ToList();
        if (judged.Count < 8)
        {
            return [new SoakVerdict("too few samples after the warm-up", false)];
        }

        var uploadsAndJobs = load.Uploads + load.Retrievals;
        var peak = judged.Max(sample => sample.ResidentBytes);
        return
        [
            Flat("resident memory", judged, sample => sample.ResidentBytes, MemorySlackBytes, MiB),
            new($"maximum resident memory is {MiB(peak)}; the limit is {MiB(mostMemoryBytes)}", peak < mostMemoryBytes),
            Flat("descriptors", judged, sample => sample.Descriptors, CountSlack, Count),
            Flat("threads", judged, sample => sample.Threads, CountSlack, Count),
            new(
                $"the journal has {MiB(journal.ContentBytes)} for {uploadsAndJobs} uploads and jobs; the limit for each is {MostBytesOfOne} bytes",
                journal.ContentBytes <= (uploadsAndJobs * MostBytesOfOne) + JournalSlackBytes),
            new(
                $"its pages use {MiB(journal.UsedBytes)}, and {MiB(journal.FreeBytes)} are free; the limit for both is twice the content",
                journal.UsedBytes + journal.FreeBytes <= (journal.ContentBytes * MostPageWaste) + JournalSlackBytes),
            new(
                $"the maximum size of its write-ahead log is {MiB(judged.Max(sample => sample.LogBytes))}",
                judged.Max(sample => sample.LogBytes) <= MostLogBytes),
            new($"{load.Failures} requests failed", load.Failures == 0),
        ];
    }

    /// <summary>Requires that the median of the last quarter is only slightly above that of the first.</summary>
    private static SoakVerdict Flat(
        string what, List<SoakSample> judged, Func<SoakSample, long> figure, long slack, Func<long, string> format)
    {
        var quarter = judged.Count / 4;
        var first = Median(judged.Take(quarter).Select(figure));
        var last = Median(judged.TakeLast(quarter).Select(figure));
        return new SoakVerdict(
            $"{what}: median of the first quarter {format(first)}, of the last {format(last)}",
            last <= (first * MostGrowth) + slack);
    }

    private static long Median(IEnumerable<long> figures)
    {
        var sorted = figures.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    private static string Count(long count) => count.ToString(CultureInfo.InvariantCulture);

    private static string MiB(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:F1} MiB");
}
