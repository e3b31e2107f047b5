namespace OrleansUploads.Simulation.Reporting;

/// <summary>A range of seeds, which are played on all cores.</summary>
internal readonly record struct SeedRange(ulong From, ulong Count)
{
    public IReadOnlyList<string> Play(Func<ulong, string?> play)
    {
        var failures = new List<(ulong Seed, string Violation)>();
        var gate = new Lock();
        Parallel.For((long)From, (long)(From + Count), seed =>
        {
            if (play((ulong)seed) is { } violation)
            {
                lock (gate)
                {
                    failures.Add(((ulong)seed, violation));
                }
            }
        });
        return [.. failures.Order().Select(failure => $"seed {failure.Seed}: {failure.Violation}")];
    }
}
