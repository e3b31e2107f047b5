using System.Diagnostics;
using System.Globalization;
using Xunit.Sdk;

namespace OrleansUploads.Simulation.RealServer;

/// <summary><c>./simulate.sh --real</c>. Exit codes: 0 every promise was kept, 1 a promise was violated, 2 invalid
/// arguments.</summary>
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
        var watch = Stopwatch.StartNew();
        var failures = await RunAsync(rounds, seed, tally, Console.WriteLine);
        Console.WriteLine(FormattableString.Invariant(
            $"{tally}, {failures.Count} violations, {watch.Elapsed.TotalSeconds:F0} s"));
        return failures.Count == 0 ? 0 : 1;
    }

    /// <summary>Runs series, starting at a seed, until the given number of rounds is reached.</summary>
    public static async Task<IReadOnlyList<RealFailure>> RunAsync(
        int rounds, ulong seed, RealTally tally, Action<string> print)
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
                print(noDisk.Message);
                await PlayAsync(fillsDisk: false);
            }

            print($"seed {seed}: {tally}");

            async Task PlayAsync(bool fillsDisk)
            {
                if (await RealSeries.RunAsync(seed, count, fillsDisk, tally) is { } failure)
                {
                    failures.Add(failure);
                    print(failure.ToString());
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
