namespace OrleansUploads.Engine.Entities;

/// <summary>An action that an <see cref="EntityRunner"/> asks its host to execute.</summary>
public abstract record RunnerOutput
{
    private RunnerOutput()
    {
    }

    /// <summary>Read the entity's journal; respond with Loaded or LoadFailed.</summary>
    public sealed record Load : RunnerOutput;

    /// <summary>Read the version of the entity's stream from the journal; respond with Verified or LoadFailed.</summary>
    public sealed record Verify : RunnerOutput;

    /// <summary>Append a record; respond with WriteEnded or WriteUnknown.</summary>
    /// <param name="Write">The number of the write.</param>
    /// <param name="Record">The record.</param>
    /// <param name="Tickets">The callers that wait for the write, if anything traces them; otherwise empty.</param>
    public sealed record Append(long Write, JournalAppend Record, IReadOnlyList<object> Tickets) : RunnerOutput;

    /// <summary>Delete the stream; respond with WriteEnded or WriteUnknown.</summary>
    public sealed record Forget(long Write, long ExpectedVersion) : RunnerOutput;

    /// <summary>Save a snapshot; no response is needed, and losing the snapshot is harmless.</summary>
    public sealed record SaveSnapshot(long Version, ReadOnlyMemory<byte> Snapshot) : RunnerOutput;

    /// <summary>Send a caller the answer, which is of the type that the command declares or a refusal.</summary>
    public sealed record Reply(object Ticket, IAnswer Answer) : RunnerOutput;

    /// <summary>Inform a caller that the outcome is unknown and that it may try again.</summary>
    public sealed record Fault(object Ticket, Exception Reason) : RunnerOutput;

    /// <summary>Carry out an intent; respond with IntentDone or IntentFailed.</summary>
    /// <param name="Intent">The intent.</param>
    /// <param name="FailedAttempts">The number of failed deliveries so far. The host's delay grows with it.</param>
    /// <param name="Ticket">The caller whose command led to the intent, or null if no caller did.</param>
    /// <param name="ConfirmationFault">Why the entity could not record that the intent was carried out, or null. The host logs it.</param>
    public sealed record Deliver(
        Intent Intent, int FailedAttempts, object? Ticket = null, Exception? ConfirmationFault = null) : RunnerOutput;
}
