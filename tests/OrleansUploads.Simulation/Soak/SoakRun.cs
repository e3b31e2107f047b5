namespace OrleansUploads.Simulation.Soak;

/// <summary><c>./simulate.sh --soak</c>.</summary>
internal static class SoakRun
{
    private static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(30);

    /// <returns>The exit code: 0 every rule holds, 1 a rule is broken.</returns>
    public static async Task<int> RunAsync(TimeSpan duration, TimeSpan warmUp, int perSecond, long memoryBytes, int archiveBytes)
    {
        using var folder = new TemporaryFolder();
        await using var server = await StartAsync(folder);
        using var client = server.Connect();
        var load = new SoakLoad(client, perSecond, archiveBytes);
        await load.PrepareAsync();
        using var ended = new CancellationTokenSource(duration);
        var running = load.RunAsync(ended.Token);
        var samples = await SampleAsync(server, folder, load, ended.Token);
        await running;
        var journal = JournalContent.Read(folder.Data);
        Console.WriteLine();
        foreach (var (kind, bytes) in journal.Payload.OrderBy(pair => pair.Key))
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"journal: {journal.Streams[kind],8} {kind} with {bytes / 1048576.0:F1} MiB"));
        }

        foreach (var (reason, count) in load.Reasons.OrderByDescending(pair => pair.Value).Take(10))
        {
            Console.WriteLine($"failed {count} times: {reason}");
        }

        var verdicts = SoakVerdict.Judge(samples, warmUp, memoryBytes, load, journal);
        foreach (var verdict in verdicts)
        {
            Console.WriteLine($"{(verdict.IsKept ? "kept  " : "BROKEN")} {verdict.Rule}");
        }

        await server.StopAsync();
        return verdicts.All(verdict => verdict.IsKept) ? 0 : 1;
    }

    private static Task<ServerProcess> StartAsync(TemporaryFolder folder) => ServerProcess.StartAsync(new ServerSetup(folder.Data)
    {
        Options = ["--quiet"],
        Environment = new Dictionary<string, string?>(CommandLine.WithOperatorKey)
        {
            ["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location,
            [StartupHook.FileVariable] = folder.File("figures"),
        },
    });

    private static async Task<IReadOnlyList<SoakSample>> SampleAsync(
        ServerProcess server, TemporaryFolder folder, SoakLoad load, CancellationToken ended)
    {
        var samples = new List<SoakSample>();
        var watch = Stopwatch.StartNew();
        var nextLine = TimeSpan.Zero;
        Console.WriteLine(SoakSample.Head);
        using var timer = new PeriodicTimer(SampleInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
            {
                var sample = SoakSample.Take(watch.Elapsed, server.Process.Id, folder.File("figures"), folder.Data);
                samples.Add(sample);
                if (sample.At >= nextLine)
                {
                    nextLine += LineInterval;
                    Console.WriteLine(sample.Line(load));
                }
            }
        }
        catch (OperationCanceledException)
        {
        }

        return samples;
    }
}
