using System.Diagnostics;

namespace OrleansUploads.Simulation.Reporting;

/// <summary>Runs many seeds on all cores, with one world per thread.</summary>
internal sealed class Campaign(ulong firstSeed)
{
    /// <summary>The seeds between two looks at the clock.</summary>
    private const ulong Batch = 200;

    private readonly Lock _gate = new();
    private readonly List<Outcome> _failures = [];
    private ulong _next = firstSeed;

    /// <summary>The combined coverage of all schedules.</summary>
    public Coverage Coverage { get; } = new();

    /// <summary>The seeds that broke a promise, in ascending order.</summary>
    public IReadOnlyList<Outcome> Failures => [.. _failures.OrderBy(failure => failure.Seed)];

    /// <summary>Runs the given number of further seeds.</summary>
    public void Run(ulong seeds)
    {
        new SeedRange(_next, seeds).Play(seed =>
        {
            var coverage = new Coverage();
            var outcome = Simulation.Run(seed, coverage);
            lock (_gate)
            {
                Coverage.Add(coverage);
                if (outcome.Violation is not null)
                {
                    _failures.Add(outcome);
                }
            }

            return outcome.Violation;
        });
        _next += seeds;
    }

    /// <summary>Runs for the given time, and reports progress.</summary>
    public void Run(TimeSpan duration, Action<string> report)
    {
        var watch = Stopwatch.StartNew();
        var lastReport = TimeSpan.Zero;
        while (watch.Elapsed < duration)
        {
            Run(Batch);
            if (watch.Elapsed - lastReport > TimeSpan.FromSeconds(10))
            {
                lastReport = watch.Elapsed;
                report($"{watch.Elapsed:mm\\:ss}  {Summary(watch.Elapsed)}");
            }
        }

        report(Summary(watch.Elapsed));
    }

    private string Summary(TimeSpan elapsed) =>
        $"{Coverage.Schedules} schedules, {Coverage.Schedules / elapsed.TotalSeconds:F0}/s, {Coverage.Operations} operations, "
        + $"{Coverage.Faults} faults injected, {_failures.Count} failures";
}
