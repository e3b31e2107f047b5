namespace OrleansUploads.Simulation.Reporting;

internal sealed class Campaign(ulong firstSeed)
{
    /// <summary>The seeds between two looks at the clock.</summary>
    private const ulong Batch = 200;

    private readonly Lock _gate = new();
    private readonly List<Outcome> _failures = [];
    private ulong _next = firstSeed;

    public Coverage Coverage { get; } = new();

    public IReadOnlyList<Outcome> Failures => [.. _failures.OrderBy(failure => failure.Seed)];

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
    }

    public string Summary(TimeSpan elapsed) =>
        $"{Coverage.Schedules} schedules, {Coverage.Schedules / elapsed.TotalSeconds:F0}/s, {Coverage.Operations} operations, "
        + $"{Coverage.Turns} turns, {Coverage.Faults} faults injected, {_failures.Count} failures";
}
