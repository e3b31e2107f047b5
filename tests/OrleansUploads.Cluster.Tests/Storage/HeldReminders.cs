using Orleans.Timers;

namespace OrleansUploads.Cluster.Tests.Storage;

/// <summary>The reminder of one grain. A registration waits, while <see cref="Release"/> is not complete, or fails.</summary>
internal sealed class HeldReminders : IReminderRegistry
{
    /// <summary>When the registered reminder ticks for the first time, counted from its registration; one for each
    /// registration.</summary>
    public List<TimeSpan> FirstTicks { get; } = [];

    /// <summary>What registrations wait for.</summary>
    public TaskCompletionSource Release { get; set; } = new();

    public async Task<IGrainReminder> RegisterOrUpdateReminder(
        GrainId callingGrainId, string reminderName, TimeSpan dueTime, TimeSpan period)
    {
        await Release.Task;
        FirstTicks.Add(dueTime);
        return new Registered(reminderName);
    }

    public Task UnregisterReminder(GrainId callingGrainId, IGrainReminder reminder) => Task.CompletedTask;

    public Task<IGrainReminder?> GetReminder(GrainId callingGrainId, string reminderName) =>
        Task.FromResult<IGrainReminder?>(null);

    public Task<List<IGrainReminder>> GetReminders(GrainId callingGrainId) => Task.FromResult<List<IGrainReminder>>([]);

    private sealed record Registered(string ReminderName) : IGrainReminder;
}
