using System.Diagnostics;
using System.Globalization;
using Xunit.Sdk;

namespace OrleansUploads.Simulation.RealServer;

/// <summary><c>./simulate.sh --real</c>, and what it shares with <c>--power-cut</c>. Exit codes: 0 every promise was kept, 1 a promise was
/// violated, 2 invalid arguments.</summary>
internal static class RealCommand
{
    /// <summary>The disk fills up in series whose seed is a multiple of this.</summary>
    private const ulong FullDiskEvery = 4;

    public static async Task<int> RunAsync(string[] args)
    {
        if (!TryRead(args, out var rounds, out var seed))
        {
            await Console.Error.WriteLineAsync("./simulate.sh --real --rounds N [--seed S]");
            return 2;
        }

        var tally = new RealTally();
        return await ReportAsync(tally, print => RunAsync(rounds, seed, tally, print));
    }

    /// <summary>Runs series in which the server is killed, starting at a seed, until the given number of rounds is reached.</summary>
    public static Task<IReadOnlyList<RealFailure>> RunAsync(int rounds, ulong seed, RealTally tally, Action<string> print)
    {
        var canFillDisks = true;
        return PlayAsync(rounds, seed, tally, print, async (seed, count) =>
        {
            try
            {
                return await KillSeries.RunAsync(seed, count, canFillDisks && seed % FullDiskEvery == 0, tally);
            }
            catch (SkipException noDisk)
            {
                canFillDisks = false;
                print(noDisk.Message);
                return await KillSeries.RunAsync(seed, count, fillsDisk: false, tally);
            }
        });
    }

    /// <summary>Plays series of at most <see cref="RealSeries.Rounds"/>, each with the next seed.</summary>
    public static async Task<IReadOnlyList<RealFailure>> PlayAsync(
        int rounds, ulong seed, object tally, Action<string> print, Func<ulong, int, Task<RealFailure?>> playAsync)
    {
        var failures = new List<RealFailure>();
        for (var left = rounds; left > 0; left -= RealSeries.Rounds, seed++)
        {
            if (await playAsync(seed, Math.Min(left, RealSeries.Rounds)) is { } failure)
            {
                failures.Add(failure);
                print(failure.ToString());
            }

            print($"seed {seed}: {tally}");
        }

        return failures;
    }

    /// <summary>Plays series and prints their progress and their counts.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> ReportAsync(object tally, Func<Action<string>, Task<IReadOnlyList<RealFailure>>> playAsync)
    {
        var watch = Stopwatch.StartNew();
        var failures = await playAsync(Console.WriteLine);
        Console.WriteLine(FormattableString.Invariant(
            $"{tally}, {failures.Count} violations, {watch.Elapsed.TotalSeconds:F0} s"));
        return failures.Count == 0 ? 0 : 1;
    }

    public static bool TryRead(string[] args, out int rounds, out ulong seed)
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
