using Orleans.Timers;

namespace OrleansUploads.Cluster.Tests.Storage;

/// <summary>The reminder of one grain. A registration waits, while <see cref="Release"/> is not complete, or fails. Registrations and
/// questions that are sent together may be answered in any order, as by a database.</summary>
internal sealed class HeldReminders : IReminderRegistry
{
    /// <summary>When the registered reminder ticks for the first time, counted from its registration; one for each
    /// registration.</summary>
    public List<TimeSpan> FirstTicks { get; } = [];

    /// <summary>What registrations wait for.</summary>
    public TaskCompletionSource Release { get; set; } = new();

    /// <summary>What questions for the reminder wait for.</summary>
    public Task Answer { get; set; } = Task.CompletedTask;

    /// <summary>The reminder that exists, or null.</summary>
    public IGrainReminder? Stored { get; private set; }

    public async Task<IGrainReminder> RegisterOrUpdateReminder(
        GrainId callingGrainId, string reminderName, TimeSpan dueTime, TimeSpan period)
    {
        await Release.Task;
        FirstTicks.Add(dueTime);
        return Stored = new Registered(reminderName, FirstTicks.Count);
    }

    /// <summary>Removes the reminder unless it was replaced.</summary>
    public Task UnregisterReminder(GrainId callingGrainId, IGrainReminder reminder)
    {
        if (!reminder.Equals(Stored))
        {
            throw new OrleansException("The reminder was replaced.");
        }

        Stored = null;
        return Task.CompletedTask;
    }

    public async Task<IGrainReminder?> GetReminder(GrainId callingGrainId, string reminderName)
    {
        await Answer;
        return Stored;
    }

    public Task<List<IGrainReminder>> GetReminders(GrainId callingGrainId) => Task.FromResult<List<IGrainReminder>>([]);

    private sealed record Registered(string ReminderName, int Version) : IGrainReminder;
}
