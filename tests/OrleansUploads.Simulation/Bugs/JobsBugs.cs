namespace OrleansUploads.Simulation.Bugs;

/// <summary>Mistakes in the rules of jobs that retrieve what was deleted, or delete bytes that a job still needs.</summary>
internal abstract class JobsBugs : BugsOf<JobsState, JobsCommand, JobsEvent>
{
    public static IReadOnlyList<BugCase> All { get; } =
    [
        Bug("a deleted archive is retrieved", 2000, right => new(right)
        {
            Decides = (state, command, time) => right.Decide(
                command is StartRetrieval ? state with { Retired = RetiredArchives.None } : state, command, time),
        }),
        Bug("a lookup older than the remembered retirements counts", 10_000, right => new(right)
        {
            Decides = (state, command, time) => right.Decide(
                state, command is StartRetrieval start ? start with { Retirements = long.MaxValue } : command, time),
        }),
        Bug("bytes are reclaimed despite a job", 2000, right => new(right)
        {
            Decides = (state, command, time) => right.Decide(
                command is RetireArchive ? state with { LastExpiry = state.LastExpiry.Clear() } : state, command, time),
        }),
    ];
}
