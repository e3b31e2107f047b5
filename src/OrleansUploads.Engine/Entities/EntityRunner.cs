using OrleansUploads.Core;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Entities;

/// <summary>Runs one entity: loads it from its journal, decides commands in order, appends their events in one write, and
/// only then lets anyone see the answers.</summary>
/// <remarks>
/// This is a synchronous state machine without I/O: a host gives it inputs (a command, "written", "loaded") and carries
/// out the outputs that it takes away with <see cref="TakeOutputs"/>. So the same class runs in one process, in a grain,
/// and under a simulator on one thread. It is not thread-safe; a host gives it one input at a time.
/// <para>While a write is in flight, commands queue up; all that have come by its end go into the next one. That is group
/// commit without a timer. No answer, a read's included, shows what is not yet durable. If a write fails or is fenced, the
/// state is thrown away and read again, and the callers are told to try again.</para>
/// </remarks>
public abstract class EntityRunner
{
    /// <summary>Most events in one journal record.</summary>
    public const int MaxBatchEvents = 256;

    /// <summary>Size at which a journal record takes no further command.</summary>
    public const int MaxBatchBytes = 48 * 1024;

    /// <summary>Most commands that wait; beyond that callers are told to try again later.</summary>
    public const int MaxQueued = 16 * 1024;

    private protected EntityRunner(EntityId entity) => Entity = entity;

    /// <summary>Which entity.</summary>
    public EntityId Entity { get; }

    /// <summary>Whether nothing is queued, in flight or owed, so that a host may drop the runner.</summary>
    public abstract bool IsIdle { get; }

    /// <summary>Bytes of the history that it has in memory, as the journal has them; 0 while nothing is loaded. What the state
    /// takes grows with it.</summary>
    public abstract long HistoryBytes { get; }

    /// <summary>Gives a command to the entity.</summary>
    /// <param name="ticket">Comes back with the answer.</param>
    /// <param name="command">One of the entity's commands.</param>
    /// <param name="now">The time, by which it may be decided.</param>
    public abstract void Submit(object ticket, ICommand command, DateTimeOffset now);

    /// <summary>Lets time act: expiry, forgetting, and the delivery of what a crash left undelivered.</summary>
    /// <param name="ticket">Comes back when the entity has been woken.</param>
    /// <param name="now">The time.</param>
    public abstract void Wake(object ticket, DateTimeOffset now);

    /// <summary>The journal was read, as asked by <see cref="RunnerOutput.Load"/>.</summary>
    public abstract void Loaded(JournalHistory history, DateTimeOffset now);

    /// <summary>The stream's version was read, as asked by <see cref="RunnerOutput.Verify"/>.</summary>
    /// <param name="version">The version in the journal.</param>
    /// <param name="now">The time.</param>
    public abstract void Verified(long version, DateTimeOffset now);

    /// <summary>The journal could not be read.</summary>
    public abstract void LoadFailed(Exception fault);

    /// <summary>The append or deletion with this number has ended.</summary>
    /// <param name="write">The number that the output carried; an outdated one is ignored.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="now">The time.</param>
    public abstract void WriteEnded(long write, AppendOutcome outcome, DateTimeOffset now);

    /// <summary>Nobody knows how the append or deletion with this number has ended, or will end.</summary>
    /// <param name="write">The number that the output carried; an outdated one is ignored.</param>
    /// <param name="fault">What went wrong.</param>
    /// <param name="now">The time.</param>
    public abstract void WriteUnknown(long write, Exception fault, DateTimeOffset now);

    /// <summary>An intent was carried out.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="now">The time.</param>
    public abstract void IntentDone(string key, DateTimeOffset now);

    /// <summary>An intent could not be carried out; whoever waits for it is told, and it is tried again.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="fault">What went wrong.</param>
    public abstract void IntentFailed(string key, Exception fault);

    /// <summary>What the host has to do now, in order. Empties the list.</summary>
    public abstract IReadOnlyList<RunnerOutput> TakeOutputs();
}
