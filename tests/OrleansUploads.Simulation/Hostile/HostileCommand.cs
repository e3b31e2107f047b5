namespace OrleansUploads.Simulation.Hostile;

/// <summary><c>./simulate.sh --hostile</c>. Exit codes: 0 every promise was kept, 1 a promise was violated, 2 invalid
/// arguments.</summary>
internal static class HostileCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        var plan = args.Contains("--quick") ? HostilePlan.Small : HostilePlan.Full;
        var weakness = args.SkipWhile(arg => arg != "--weakness").Skip(1).FirstOrDefault();
        string[] known = ["--quick", "--behind-proxy", "--without-floods", "--weakness", weakness ?? "--quick"];
        if (args.Except(known).Any() || (args.Contains("--weakness") && weakness is null))
        {
            await Console.Error.WriteLineAsync(
                "./simulate.sh --hostile [--behind-proxy] [--without-floods] [--quick] "
                + $"[--weakness {WeakServer.NoEviction}|{WeakServer.NoLimit}|{WeakServer.NoShares}]");
            return 2;
        }

        var report = await HostileBench.RunAsync(
            plan with
            {
                FromOneAddress = args.Contains("--behind-proxy"),
                Floods = !args.Contains("--without-floods"),
                Weakness = weakness,
            });
        Console.Write(report);
        return report.Violations.Count == 0 ? 0 : 1;
    }
}
