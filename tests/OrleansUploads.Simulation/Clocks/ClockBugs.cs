namespace OrleansUploads.Simulation.Clocks;

/// <summary>Mistakes about time. The schedules of clocks must notice each of them.</summary>
internal static class ClockBugs
{
    private const int Seeds = 40;

    public static IEnumerable<BugCase> All =>
    [
        Bug("deadlines are measured by the wall clock", ClockMistake.ExpiryByWallTime),
        Bug("an outage counts as served time", ClockMistake.OutageCounts),
        Bug("a jump of the wall clock counts as elapsed time", ClockMistake.JumpBelieved),
        Bug("a restart clears a clock fault", ClockMistake.FaultClearedByRestart),
        Bug("a restart ends the lease of a backup", ClockMistake.LeaseClearedByRestart),
        Bug("a fence may lie in the future", ClockMistake.FenceWithoutBound),
    ];

    private static BugCase Bug(string name, ClockMistake mistake) => new(name, Seeds, () => new PlantedBug())
    {
        Play = (seed, _) => ClockSeries.Run(seed, mistake).Violation,
    };
}
