using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Refusals;

namespace OrleansUploads.Core.Jobs;

/// <content>Starts of jobs, and the limits on their number per vault.</content>
public sealed partial class JobsDecider
{
    private Decision<JobsEvent> Start(JobsState state, JobStart command, DateTimeOffset now) =>
        state.ById.TryGetValue(command.Job, out var known) ? Repeat(known)
        : command is StartRetrieval retrieval && RefusalOf(state, retrieval) is { } refusal ? Refuse(refusal)
        : Admit(state, NewJob(command, now), now);

    private static Refusal? RefusalOf(JobsState state, StartRetrieval command) =>
        RetrievalJob.RefusalOf(command.Archive, RetrievalJob.RangeOf(command.Archive, command.Range))
        ?? RefusalOfStaleLookup(state, command);

    private VaultJob NewJob(JobStart command, DateTimeOffset now)
    {
        return command switch
        {
            StartRetrieval c => new RetrievalJob(
                c.Job,
                c.Archive,
                RetrievalJob.RangeOf(c.Archive, c.Range),
                c.RangeTreeHash,
                c.Wish,
                now,
                now + policy.DelayOf(c.Wish.Tier)),
            BeginInventory c => Unmeasured(c),
            StartInventory c => Unmeasured(new(c.Job, c.Inventory, c.Selection, c.Format, c.Output.VaultName, c.Wish))
                .WithOutput(c.Output, now + policy.StandardDelay),
            _ => throw new ArgumentOutOfRangeException(nameof(command), command, "Unknown start of a job."),
        };

        UnmeasuredInventory Unmeasured(BeginInventory c) =>
            new(c.Job, c.Inventory, c.Selection, c.Format, c.VaultName, c.Wish, now, now + policy.StandardDelay);
    }

    private static JobsEvent StartedEvent(VaultJob job) => job switch
    {
        RetrievalJob retrieval => new RetrievalStarted(retrieval),
        InventoryJob inventory => new InventoryStarted(inventory),
        UnmeasuredInventory begun => new InventoryBegun(begun),
        _ => throw new InvalidOperationException($"Unexpected job type {job.GetType().Name}."),
    };

    private JobsFull? FindFull(JobsState state) =>
        state.ById.Count >= _limits.Jobs ? new JobsFull(_limits.Jobs, state.ByReadiness[0].ExpiresAt) : null;

    /// <summary>Accepts a job if the vault is below its limits. A job whose output has expired counts until it is
    /// removed.</summary>
    private Decision<JobsEvent> Admit(JobsState state, VaultJob job, DateTimeOffset now) =>
        FindFull(state) is { } full ? Refuse(full.ToRefusal())
        : IsInventory(job) && state.Inventories >= _limits.InventoryJobs
            ? Refuse(new Refusal.TooManyJobs(
                _limits.InventoryJobs,
                OfInventories: true,
                state.ByReadiness.First(IsInventory).ExpiresAt))
        : job is UnmeasuredInventory begun ? Accept(job, StartedEvent(job)).Telling(Measure(begun))
        : AcceptJob(state, job, job, StartedEvent(job), now);
}
