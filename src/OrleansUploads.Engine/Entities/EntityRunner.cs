namespace OrleansUploads.Engine.Entities;

/// <summary>Runs one entity: loads it from its journal, decides commands in order, appends their events in one write, and only then
/// releases the answers.</summary>
/// <remarks>
/// This is a synchronous state machine without I/O. A host gives it inputs (a command, "written", "loaded") and executes the
/// outputs that it gets from <see cref="TakeOutputs"/>. The same class therefore runs in one process, in a grain, and in a simulator
/// on one thread. It is not thread-safe; a host gives it one input at a time.
/// <para>While a write is in progress, commands queue up, and all commands that have arrived by its end share the next write: group
/// commit without a timer. No answer reveals state that is not yet durable, not even the answer to a read. If a write fails or is
/// fenced, the state is discarded and loaded again, and the callers are asked to try again.</para>
/// </remarks>
public abstract class EntityRunner
{
    /// <summary>The number of events at which a journal record accepts no further command.</summary>
    public const int MaxBatchEvents = 256;

    /// <summary>The size in bytes at which a journal record accepts no further command. With the events of one more command, a record fits
    /// into 48 KiB, which is one row of a cluster's grain storage.</summary>
    public const int MaxBatchBytes = 47 * 1024;

    /// <summary>The maximum number of waiting commands. Further callers are asked to try again later.</summary>
    public const int MaxQueued = 16 * 1024;

    private protected EntityRunner(EntityId entity) => Entity = entity;

    public EntityId Entity { get; }

    /// <summary>Whether no command is queued and no operation, intent or reply is pending, so that a host may drop the
    /// runner.</summary>
    public abstract bool IsIdle { get; }

    /// <summary>The approximate memory of the state in bytes, or 0 if nothing is loaded. It is estimated from the length of the history in
    /// the journal.</summary>
    public abstract long StateBytes { get; }

    /// <summary>Whether the entity has ended, as its rules say. This may not be durable yet.</summary>
    public abstract bool HasEnded { get; }

    /// <summary>Queues a command.</summary>
    /// <param name="ticket">Identifies the caller. The output with the answer contains it.</param>
    /// <param name="command">One of the entity's commands.</param>
    public abstract void Submit(object ticket, ICommand command, ServiceTime time);

    /// <summary>Wakes the entity, so that it expires and forgets what is due and delivers intents that a crash left
    /// undelivered.</summary>
    /// <param name="ticket">Identifies the caller. An output contains it when the wake-up was processed.</param>
    public abstract void Wake(object ticket, ServiceTime time);

    /// <summary>The journal was read, in response to <see cref="RunnerOutput.Load"/>.</summary>
    public abstract void Loaded(JournalHistory history, ServiceTime time);

    /// <summary>The stream's version was read, in response to <see cref="RunnerOutput.Verify"/>.</summary>
    /// <param name="version">The version in the journal.</param>
    public abstract void Verified(long version, ServiceTime time);

    /// <summary>The journal could not be read.</summary>
    public abstract void LoadFailed(Exception fault);

    /// <summary>An append or deletion has ended.</summary>
    /// <param name="write">The number of the write, from the output. Outdated numbers are ignored.</param>
    /// <param name="outcome">The outcome of the write.</param>
    public abstract void WriteEnded(long write, AppendOutcome outcome, ServiceTime time);

    /// <summary>The outcome of an append or deletion is unknown, or the storage refused it. If it is unknown, the write may still succeed
    /// later.</summary>
    /// <param name="write">The number of the write, from the output. Outdated numbers are ignored.</param>
    public abstract void WriteUnknown(long write, Exception fault, ServiceTime time);

    /// <summary>An intent was carried out.</summary>
    /// <param name="key">The intent's key.</param>
    /// <param name="verdict">What its receiver answered; <see cref="Done"/> if it has no receiver.</param>
    public abstract void IntentDone(string key, IAnswer verdict, ServiceTime time);

    /// <summary>An intent could not be carried out. Callers that wait for it are asked to try again, and its delivery is
    /// retried.</summary>
    /// <param name="key">The intent's key.</param>
    public abstract void IntentFailed(string key, Exception fault);

    /// <summary>The host has stopped, so nothing more is carried out. Callers that still wait are asked to try again.</summary>
    public abstract void HostStopped();

    /// <summary>Returns the outputs that the host must execute, in order, and clears them.</summary>
    public abstract IReadOnlyList<RunnerOutput> TakeOutputs();
}

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
    /// <param name="FailedAttempts">The number of failed deliveries so far. The host's delay grows with it.</param>
    /// <param name="Ticket">The caller whose command led to the intent, or null if no caller did.</param>
    /// <param name="ConfirmationFault">Why the entity could not record that the intent was carried out, or null. The host logs it.</param>
    public sealed record Deliver(
        Intent Intent, int FailedAttempts, object? Ticket = null, Exception? ConfirmationFault = null) : RunnerOutput;
}
