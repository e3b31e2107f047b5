using System.Diagnostics;
using System.Globalization;
using OrleansUploads.Simulation.PowerCut.Fuse;
using OrleansUploads.Simulation.RealServer;

namespace OrleansUploads.Simulation.PowerCut;

/// <summary><c>./simulate.sh --power-cut</c>. Exit codes: 0 all promises kept, 1 one was broken, 2 not understood, 3 not
/// possible here.</summary>
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

    /// <summary>Plays series from a seed on until there were so many rounds.</summary>
    public static async Task<IReadOnlyList<RealFailure>> RunAsync(
        int rounds, ulong seed, PowerCutPlan plan, PowerCutTally tally, Action<string> say)
    {
        var failures = new List<RealFailure>();
        for (var left = rounds; left > 0; left -= PowerCutSeries.Rounds, seed++)
        {
            if (await PowerCutSeries.RunAsync(seed, Math.Min(left, PowerCutSeries.Rounds), plan, tally) is { } failure)
            {
                failures.Add(failure);
                say(failure.ToString());
            }

            say($"seed {seed}: {tally}");
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
