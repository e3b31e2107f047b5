using System.Diagnostics;
using System.Globalization;
using OrleansUploads.Simulation.PowerCut.Fuse;
using OrleansUploads.Simulation.RealServer;

namespace OrleansUploads.Simulation.PowerCut;

/// <summary><c>./simulate.sh --power-cut</c>. Exit codes: 0 every promise was kept, 1 a promise was violated, 2 invalid
/// arguments, 3 not supported on this machine.</summary>
internal static class PowerCutCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (!TryRead(args, out var rounds, out var seed, out var plan))
        {
            await Console.Error.WriteLineAsync("./simulate.sh --power-cut --rounds N [--seed S] [--failing-flushes]");
            return 2;
        }

        if (FuseDevice.Obstacle is { } obstacle)
        {
            await Console.Error.WriteLineAsync(obstacle);
            return 3;
        }

        var tally = new PowerCutTally();
        var watch = Stopwatch.StartNew();
        var failures = await RunAsync(rounds, seed, plan, tally, Console.WriteLine);
        Console.WriteLine(FormattableString.Invariant(
            $"{tally}, {failures.Count} violations, {watch.Elapsed.TotalSeconds:F0} s"));
        return failures.Count == 0 ? 0 : 1;
    }

    /// <summary>Runs series, starting at a seed, until the given number of rounds is reached.</summary>
    public static async Task<IReadOnlyList<RealFailure>> RunAsync(
        int rounds, ulong seed, PowerCutPlan plan, PowerCutTally tally, Action<string> print)
    {
        var failures = new List<RealFailure>();
        for (var left = rounds; left > 0; left -= PowerCutSeries.Rounds, seed++)
        {
            if (await PowerCutSeries.RunAsync(seed, Math.Min(left, PowerCutSeries.Rounds), plan, tally) is { } failure)
            {
                failures.Add(failure);
                print(failure.ToString());
            }

            print($"seed {seed}: {tally}");
        }

        return failures;
    }

    private static bool TryRead(string[] args, out int rounds, out ulong seed, out PowerCutPlan plan)
    {
        rounds = 0;
        seed = 1;
        plan = new PowerCutPlan { FailsDisk = args.Contains("--failing-flushes") };
        return args.Where(arg => arg != "--failing-flushes").ToArray() is ["--rounds", var count, .. var rest]
            && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out rounds)
            && rest switch
            {
                [] => true,
                ["--seed", var from] => ulong.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out seed),
                _ => false,
            };
    }
}
