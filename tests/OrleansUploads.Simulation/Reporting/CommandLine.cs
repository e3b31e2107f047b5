namespace OrleansUploads.Simulation.Reporting;

/// <summary>What simulate.sh can be asked for.</summary>
internal static class CommandLine
{
    public static int Run(string[] args)
    {
        var from = ulong.Parse(args[0], null);
        var count = ulong.Parse(args[1], null);
        var coverage = new Coverage();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var failures = 0;
        for (var seed = from; seed < from + count; seed++)
        {
            var outcome = Simulation.Run(seed, coverage, keepsLines: count == 1);
            if (outcome.Violation is { } violation)
            {
                failures++;
                Console.WriteLine($"seed {seed}: {violation}");
            }

            if (count == 1)
            {
                foreach (var line in outcome.Options.Describe()) Console.WriteLine(line);
                foreach (var line in outcome.Trace.Lines) Console.WriteLine(line);
                Console.WriteLine(outcome.Trace.Hash);
            }
        }

        Console.WriteLine($"{count} seeds, {failures} failures, {count / watch.Elapsed.TotalSeconds:F0}/s, ops {coverage.Operations}, turns {coverage.Turns}, faults {coverage.Faults}");
        foreach (var (name, hits) in coverage.Counts) Console.WriteLine($"{hits,10} {name}");
        return failures == 0 ? 0 : 1;
    }
}
