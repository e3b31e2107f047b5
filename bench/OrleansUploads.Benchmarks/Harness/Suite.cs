namespace OrleansUploads.Benchmarks.Harness;

/// <summary>Runs benchmarks one after the other and prints the table.</summary>
internal static class Suite
{
    /// <returns>The exit code: 0 only if every bar holds.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<IBenchmark> benchmarks,
        string folder,
        bool quick,
        string? program,
        CancellationToken cancellationToken,
        Uri? store = null)
    {
        foreach (var line in Machine.Describe(folder))
        {
            Console.WriteLine(line);
        }

        var verdicts = new List<Verdict>();
        foreach (var benchmark in benchmarks)
        {
            Session.Report(benchmark.Name);
            verdicts.AddRange(await RunAsync(benchmark, folder, quick, program, store, cancellationToken));
        }

        Console.WriteLine();
        VerdictTable.Write(Console.Out, verdicts);
        return verdicts.TrueForAll(verdict => verdict.Held) ? 0 : 1;
    }

    private static async Task<IReadOnlyList<Verdict>> RunAsync(
        IBenchmark benchmark, string folder, bool quick, string? program, Uri? store, CancellationToken cancellationToken)
    {
        var own = Directory.CreateDirectory(
            Path.Combine(folder, $"orleans-uploads-{benchmark.Name}-{Environment.ProcessId}"));
        try
        {
            var verdicts = await benchmark.RunAsync(new Session(own.FullName, quick, program, store), cancellationToken);

            // Deleting millions of files takes minutes; the benchmark does not wait for it.
            VerdictTable.Write(Console.Error, verdicts);
            return verdicts;
        }
        finally
        {
            own.Delete(recursive: true);
        }
    }
}
