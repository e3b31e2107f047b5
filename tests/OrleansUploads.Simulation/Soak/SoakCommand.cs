using System.Diagnostics;
using System.Globalization;

namespace OrleansUploads.Simulation.Soak;

/// <summary><c>./simulate.sh --soak</c>. Exit codes: 0 every rule holds, 1 a rule is broken, 2 invalid arguments.</summary>
internal static class SoakCommand
{
    private const string Usage = "./simulate.sh --soak [--minutes 60] [--rate 20] [--warm-up 10] [--memory 300] [--kibibytes 32]";
    private static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(30);

    public static async Task<int> RunAsync(string[] args)
    {
        if (!OperatingSystem.IsLinux() || Settings.Read(args) is not { } settings)
        {
            await Console.Error.WriteLineAsync($"{Usage}\nDuration in minutes, requests per second, warm-up in minutes, memory limit in MiB, length of the longest archive in KiB. Linux only.");
            return 2;
        }

        using var folder = new TemporaryFolder();
        await using var server = await StartAsync(folder);
        using var client = server.Connect();
        var load = new SoakLoad(client, settings.Rate, settings.Kibibytes * 1024);
        await load.PrepareAsync();
        using var ended = new CancellationTokenSource(TimeSpan.FromMinutes(settings.Minutes));
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

        var verdicts = SoakVerdict.Judge(
            samples, TimeSpan.FromMinutes(settings.WarmUp), settings.MemoryMebibytes * 1048576L, load, journal);
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

    private sealed record Settings(double Minutes, int Rate, double WarmUp, int MemoryMebibytes, int Kibibytes)
    {
        public static Settings? Read(string[] args)
        {
            var settings = new Settings(60, 20, 10, 300, 32);
            for (var i = 0; i < args.Length; i += 2)
            {
                if (i + 1 == args.Length
                    || !double.TryParse(args[i + 1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
                    || value <= 0)
                {
                    return null;
                }

                var changed = args[i] switch
                {
                    "--minutes" => settings with { Minutes = value },
                    "--rate" => settings with { Rate = (int)value },
                    "--warm-up" => settings with { WarmUp = value },
                    "--memory" => settings with { MemoryMebibytes = (int)value },
                    "--kibibytes" when value is >= 1 and <= 1024 => settings with { Kibibytes = (int)value },
                    _ => null,
                };
                if (changed is null)
                {
                    return null;
                }

                settings = changed;
            }

            return settings.WarmUp < settings.Minutes ? settings : null;
        }
    }
}
