using System.Diagnostics;

namespace OrleansUploads.Simulation.Reporting;

/// <summary>Many seeds on all cores: one world per thread.</summary>
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

    /// <summary>Runs seed after seed while there is reason to go on; asked before each one with how many were begun.</summary>
    public void Run(Func<ulong, bool> goesOn)
    {
        var workers = Enumerable.Range(0, threads).Select(_ => new Thread(() => Work(goesOn))).ToList();
        workers.ForEach(worker => worker.Start());
        workers.ForEach(worker => worker.Join());
    }

    /// <summary>Runs so many seeds.</summary>
    public void Run(ulong seeds) => Run(begun => begun < seeds);

    /// <summary>Runs for so long, and says how it goes.</summary>
    public void Run(TimeSpan duration, Action<string> says)
    {
        var watch = Stopwatch.StartNew();
        var lastWord = TimeSpan.Zero;
        Run(_ =>
        {
            lock (_gate)
            {
                if (watch.Elapsed - lastWord > TimeSpan.FromSeconds(10))
                {
                    lastWord = watch.Elapsed;
                    says($"{watch.Elapsed:mm\\:ss}  {Summary(watch.Elapsed)}");
                }
            }

            return watch.Elapsed < duration;
        });
        says(Summary(watch.Elapsed));
    }

    private string Summary(TimeSpan elapsed) =>
        $"{Coverage.Schedules} schedules, {Coverage.Schedules / elapsed.TotalSeconds:F0}/s, {Coverage.Operations} operations, "
        + $"{Coverage.Faults} faults injected, {_failures.Count} failures";

    private void Work(Func<ulong, bool> goesOn)
    {
        while (true)
        {
            ulong seed;
            lock (_gate)
            {
                seed = _next;
            }

            if (!goesOn(seed - _first))
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
