using OrleansUploads.Simulation.PowerCut.Fuse;
using OrleansUploads.Simulation.RealServer;

namespace OrleansUploads.Simulation.PowerCut;

/// <summary><c>./simulate.sh --power-cut</c>. Exit codes: 0 every promise was kept, 1 a promise was violated, 2 invalid
/// arguments, 3 not supported on this machine.</summary>
internal static class PowerCutCommand
{
    private const string FailingFlushes = "--failing-flushes";

    public static async Task<int> RunAsync(string[] args)
    {
        if (!RealCommand.TryRead([.. args.Where(arg => arg != FailingFlushes)], out var rounds, out var seed))
        {
            await Console.Error.WriteLineAsync($"./simulate.sh --power-cut --rounds N [--seed S] [{FailingFlushes}]");
            return 2;
        }

        if (FuseDevice.Obstacle is { } obstacle)
        {
            await Console.Error.WriteLineAsync(obstacle);
            return 3;
        }

        var plan = new PowerCutPlan { FailsDisk = args.Contains(FailingFlushes) };
        var tally = new PowerCutTally();
        return await RealCommand.ReportAsync(tally, print => RunAsync(rounds, seed, plan, tally, print));
    }

    /// <summary>Runs series, starting at a seed, until the given number of rounds is reached.</summary>
    public static Task<IReadOnlyList<RealFailure>> RunAsync(
        int rounds, ulong seed, PowerCutPlan plan, PowerCutTally tally, Action<string> print) =>
        RealCommand.PlayAsync(rounds, seed, tally, print, (seed, count) => PowerCutSeries.RunAsync(seed, count, plan, tally));
}
