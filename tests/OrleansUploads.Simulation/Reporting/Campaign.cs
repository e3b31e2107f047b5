using System.Diagnostics;

namespace OrleansUploads.Simulation.Reporting;

/// <summary>Runs many seeds on all cores, with one world per thread.</summary>
internal sealed class Campaign(ulong firstSeed, int threads)
{
    private readonly Lock _gate = new();
    private readonly List<Outcome> _failures = [];
    private readonly ulong _first = firstSeed;
    private ulong _next = firstSeed;

    /// <summary>The combined coverage of all finished schedules.</summary>
    public Coverage Coverage { get; } = new();

    /// <summary>The seeds that broke a promise, in ascending order.</summary>
    public IReadOnlyList<Outcome> Failures
    {
        get
        {
            lock (_gate)
            {
                return [.. _failures.OrderBy(failure => failure.Seed)];
            }
        }
    }

    /// <summary>Runs seeds while a condition holds. Its argument is the number of seeds started so far.</summary>
    public void Run(Func<ulong, bool> continues)
    {
        var workers = Enumerable.Range(0, threads).Select(_ => new Thread(() => Work(continues))).ToList();
        workers.ForEach(worker => worker.Start());
        workers.ForEach(worker => worker.Join());
    }

    /// <summary>Runs the given number of seeds.</summary>
    public void Run(ulong seeds) => Run(started => started < seeds);

    /// <summary>Runs for the given time, and reports progress.</summary>
    public void Run(TimeSpan duration, Action<string> report)
    {
        var watch = Stopwatch.StartNew();
        var lastReport = TimeSpan.Zero;
        Run(_ =>
        {
            lock (_gate)
            {
                if (watch.Elapsed - lastReport > TimeSpan.FromSeconds(10))
                {
                    lastReport = watch.Elapsed;
                    report($"{watch.Elapsed:mm\\:ss}  {Summary(watch.Elapsed)}");
                }
            }

            return watch.Elapsed < duration;
        });
        report(Summary(watch.Elapsed));
    }

    private string Summary(TimeSpan elapsed) =>
        $"{Coverage.Schedules} schedules, {Coverage.Schedules / elapsed.TotalSeconds:F0}/s, {Coverage.Operations} operations, "
        + $"{Coverage.Faults} faults injected, {_failures.Count} failures";

    private void Work(Func<ulong, bool> continues)
    {
        while (true)
        {
            ulong seed;
            lock (_gate)
            {
                seed = _next;
            }

            if (!continues(seed - _first))
            {
                return;
            }

            lock (_gate)
            {
                seed = _next++;
            }

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
        }
    }
}
