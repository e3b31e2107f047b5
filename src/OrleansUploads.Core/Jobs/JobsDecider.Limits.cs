using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Messages.Jobs;
using OrleansUploads.Core.Refusals;

namespace OrleansUploads.Core.Jobs;

/// <content>Limits on the number of jobs per vault.</content>
public sealed partial class JobsDecider
{
    /// <summary>Accepts a job if the vault is below its limits. A job whose output has expired counts until it is
    /// removed.</summary>
    private Decision<JobsEvent> Admit(JobsState state, VaultJob job, JobsEvent started, DateTimeOffset now) =>
        state.ById.Count >= _limits.Jobs
            ? Refuse(new Refusal.TooManyJobs(_limits.Jobs, OfInventories: false, state.ByReadiness[0].ExpiresAt))
        : IsInventory(job) && state.Inventories >= _limits.InventoryJobs
            ? Refuse(new Refusal.TooManyJobs(
                _limits.InventoryJobs,
                OfInventories: true,
                state.ByReadiness.First(IsInventory).ExpiresAt))
        : job is UnmeasuredInventory begun ? Accept(job, started).Telling(Measure(begun))
        : AcceptJob(state, job, job, started, now);
}
