using System.Diagnostics;
using System.Globalization;
using Xunit.Sdk;

namespace OrleansUploads.Simulation.RealServer;

/// <summary><c>./simulate.sh --real</c>. Exit codes: 0 all promises kept, 1 one was broken, 2 not understood.</summary>
internal static class RealCommand
{
    /// <summary>Every so many series, the disk fills up.</summary>
    private const ulong FullDiskEvery = 4;

    public static async Task<int> RunAsync(string[] args)
    {
        if (!TryRead(args, out var rounds, out var seed))
        {
            await Console.Error.WriteLineAsync("./simulate.sh --real --rounds N [--seed S]");
            return 2;
        }

        var tally = new RealTally();
        var watch = Stopwatch.StartNew();
        var failures = await RunAsync(rounds, seed, tally, Console.WriteLine);
        Console.WriteLine(FormattableString.Invariant(
            $"{tally}, {failures.Count} violations, {watch.Elapsed.TotalSeconds:F0} s"));
        return failures.Count == 0 ? 0 : 1;
    }

    /// <summary>Plays series from a seed on until there were so many rounds.</summary>
    public static async Task<IReadOnlyList<RealFailure>> RunAsync(
        int rounds, ulong seed, RealTally tally, Action<string> say)
    {
        var failures = new List<RealFailure>();
        var canFillDisks = true;
        for (var left = rounds; left > 0; left -= RealSeries.Rounds, seed++)
        {
            var count = Math.Min(left, RealSeries.Rounds);
            try
            {
                await PlayAsync(canFillDisks && seed % FullDiskEvery == 0);
            }
            catch (SkipException noDisk)
            {
                canFillDisks = false;
                say(noDisk.Message);
                await PlayAsync(fillsDisk: false);
            }

            say($"seed {seed}: {tally}");

            async Task PlayAsync(bool fillsDisk)
            {
                if (await RealSeries.RunAsync(seed, count, fillsDisk, tally) is { } failure)
                {
                    failures.Add(failure);
                    say(failure.ToString());
                }
            }
        }

        return failures;
    }

    private static bool TryRead(string[] args, out int rounds, out ulong seed)
    {
        seed = 1;
        rounds = 0;
        return args is ["--rounds", var count, .. var rest]
            && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out rounds)
            && rest switch
            {
                [] => true,
                ["--seed", var from] => ulong.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out seed),
                _ => false,
            };
    }
}
