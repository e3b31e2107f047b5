using System.Collections.Immutable;

namespace OrleansUploads.Core.Deciding;

/// <summary>The rules of one kind of entity: pure functions, the same on every host, in the simulator and in tests.</summary>
/// <remarks>
/// A decider has no I/O, clock, randomness or lock; time, ids and limits are arguments. It never throws for a
/// well-formed command: what it will not do is a <see cref="Refusal"/>. The same command twice gives the same answer and
/// no new events.
/// </remarks>
/// <typeparam name="TState">Immutable state.</typeparam>
/// <typeparam name="TCommand">The closed set of commands.</typeparam>
/// <typeparam name="TEvent">The closed set of events; these are the stored format.</typeparam>
public abstract class Decider<TState, TCommand, TEvent>
    where TState : class
    where TCommand : class, ICommand
    where TEvent : class
{
    /// <summary>The state of an entity that has no history.</summary>
    public abstract TState Initial { get; }

    /// <summary>What a command leads to. Never fails, never changes the state.</summary>
    public abstract Decision<TEvent> Decide(TState state, TCommand command, DateTimeOffset now);

    /// <summary>The state after an event. Never fails and never decides.</summary>
    public abstract TState Evolve(TState state, TEvent happened);

    /// <summary>What time alone leads to: expiry, forgetting. Asked when <see cref="WakeAt"/> has come.</summary>
    public abstract Decision<TEvent> Wake(TState state, DateTimeOffset now);

    /// <summary>When time alone may lead to something; null for never. May be early, never late.</summary>
    public abstract DateTimeOffset? WakeAt(TState state);

    /// <summary>The intents that are recorded and not yet confirmed; what a host delivers after a crash.</summary>
    public abstract IEnumerable<Intent> Pending(TState state);

    /// <summary>The shortest history with the same state; a snapshot is written as these events.</summary>
    public abstract IEnumerable<TEvent> Compact(TState state);

    /// <summary>How many events <see cref="Compact"/> gives, found without making them.</summary>
    public abstract int CompactCount(TState state);

    /// <summary>How many events a history may be longer than twice <see cref="CompactCount"/> before a snapshot replaces it: the
    /// more, the less is written, and the more has to be read.</summary>
    public virtual int HistorySlack => 64;

    /// <summary>Nothing happens, and there is nothing more to say.</summary>
    protected static Decision<TEvent> Nothing { get; } = new(Done.Instance, []);

    /// <summary>Answers a question: nothing happens.</summary>
    protected static Decision<TEvent> Reply(object answer) => new(answer, []);

    /// <summary>Refuses: nothing happens.</summary>
    protected static Decision<TEvent> Refuse(Refusal refusal) => new(refusal, []);

    /// <summary>Answers a repetition as it was answered before, once all that followed from it is done.</summary>
    protected static Decision<TEvent> Repeat(object answer) => new(answer, []) { AwaitsPending = true };

    /// <summary>Accepts, with nothing more to say than that it happened.</summary>
    protected static Decision<TEvent> Accept(TEvent happened) => new(Done.Instance, [happened]);

    /// <summary>Accepts: the events are appended together before anyone sees the answer.</summary>
    protected static Decision<TEvent> Accept(object answer, params ImmutableArray<TEvent> happened) =>
        new(answer, happened);

    /// <summary>Deletes the entity's history.</summary>
    protected static Decision<TEvent> Forget() => new(Done.Instance, []) { Forgets = true };
}
