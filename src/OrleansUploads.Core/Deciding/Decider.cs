namespace OrleansUploads.Core.Deciding;

/// <summary>The rules of one kind of entity: pure functions, the same on every host, in the simulator and in tests.</summary>
/// <remarks>A decider has no I/O, clock, randomness or locks; time, IDs and limits are arguments. It never throws for a
/// well-formed command; it answers with an <see cref="IRefusal"/> instead. Repeating a command returns the same answer and
/// produces no new events.</remarks>
/// <typeparam name="TState">The immutable state. A snapshot is the state, under the name of its type.</typeparam>
/// <typeparam name="TCommand">The closed set of commands.</typeparam>
/// <typeparam name="TEvent">The closed set of events. Events are stored.</typeparam>
public abstract class Decider<TState, TCommand, TEvent> : Rules<TEvent>
    where TState : class
    where TCommand : class, ICommand
    where TEvent : class
{
    /// <summary>The state of an entity without history.</summary>
    public abstract TState Initial { get; }

    /// <summary>Decides a command. Never fails and never changes the state.</summary>
    public abstract Decision<TEvent> Decide(TState state, TCommand command, ServiceTime time);

    /// <summary>The state after an event. Never fails and never decides.</summary>
    public abstract TState Evolve(TState state, TEvent happened);

    /// <summary>Decides what is due because of the time alone, such as expiry. Called when the time of <see cref="WakeAt"/> has
    /// come.</summary>
    public virtual Decision<TEvent> Wake(TState state, ServiceTime time) => Nothing;

    /// <summary>The wall-clock time at which <see cref="Wake"/> may have something to do, or null for never. It may be early, but is never
    /// late. It is computed again after an outage.</summary>
    public virtual DateTimeOffset? WakeAt(TState state, ServiceTime time) => null;

    /// <summary>The intents that are recorded but not confirmed. A host delivers them after a crash.</summary>
    public virtual IEnumerable<Intent> Pending(TState state) => [];

    /// <summary>What a snapshot of the state costs, in events: the number of entries in its collections, or fewer if reading a snapshot
    /// is cheaper than reading the events that it replaces.</summary>
    public abstract int SnapshotCost(TState state);

    /// <summary>Number of events by which a history may exceed twice <see cref="SnapshotCost"/> before a snapshot replaces it. A
    /// higher number means fewer writes but longer reads.</summary>
    public virtual int HistorySlack => 64;

    /// <summary>Whether a confirmation for which nothing waits may join a later write. False if none is to be expected for a long
    /// time.</summary>
    /// <param name="after">The state after the confirmation.</param>
    public virtual bool ExpectsWrite(TState after) => true;

    /// <summary>Whether nothing more is to be waited for. A host tells those who wait for the end of an upload.</summary>
    public virtual bool HasEnded(TState state) => false;

    /// <summary>About how many bytes of memory the state takes for each byte of its history.</summary>
    public virtual int MemoryPerHistoryByte => 1;
}

/// <summary>The rules of an entity or of a part of its state, with the decisions that they can return.</summary>
/// <typeparam name="TEvent">The events of the entity.</typeparam>
public abstract class Rules<TEvent>
    where TEvent : class
{
    /// <summary>Answers <see cref="Done"/> without events.</summary>
    protected static Decision<TEvent> Nothing { get; } = new(Done.Instance, []);

    /// <summary>Answers without events.</summary>
    protected static Decision<TEvent> Reply(IAnswer answer) => new(answer, []);

    /// <summary>Refuses without events.</summary>
    protected static Decision<TEvent> Refuse(IRefusal refusal) => new(refusal, []);

    /// <summary>Repeats an earlier answer once all pending intents are confirmed.</summary>
    protected static Decision<TEvent> Repeat(IAnswer answer) => new(answer, []) { Awaits = AwaitedIntents.OwnAndEarlier };

    /// <summary>Accepts with one event and answers <see cref="Done"/>.</summary>
    protected static Decision<TEvent> Accept(TEvent happened) => new(Done.Instance, [happened]);

    /// <summary>Accepts with events and an answer. The events are appended in one write before the answer is sent.</summary>
    protected static Decision<TEvent> Accept(IAnswer answer, params ImmutableArray<TEvent> happened) =>
        new(answer, happened);

    /// <summary>Deletes the entity's history.</summary>
    protected static Decision<TEvent> Forget() => new(Done.Instance, []) { Forgets = true };
}

/// <summary>The result of a command: events, an answer, and intents.</summary>
/// <typeparam name="TEvent">The entity's events.</typeparam>
public sealed record Decision<TEvent>
    where TEvent : class
{
    internal Decision(IAnswer answer, ImmutableArray<TEvent> events)
    {
        Answer = answer;
        Events = events;
    }

    /// <summary>The answer that the command declares, or an <see cref="IRefusal"/>.</summary>
    public IAnswer Answer { get; }

    /// <summary>The events, in order, or empty for a query, a refusal and a repeated command.</summary>
    public ImmutableArray<TEvent> Events { get; internal init; }

    /// <summary>The actions that the events require outside the entity.</summary>
    public ImmutableArray<Intent> Intents { get; internal init; } = [];

    /// <summary>The intents that must be confirmed before the answer is sent, as far as answers wait for them at all (<see
    /// cref="Intent.IsAwaited"/>).</summary>
    public AwaitedIntents Awaits { get; internal init; }

    /// <summary>Whether to delete the entity's whole history. Never combined with events, and used only for entities whose ID is
    /// never reused: a host with outdated state could mistake a new history under the same ID for the old one.</summary>
    public bool Forgets { get; internal init; }

    /// <summary>Returns the decision with intents: new ones that its events require, or pending ones that the answer must wait
    /// for.</summary>
    public Decision<TEvent> Raising(params ImmutableArray<Intent> intents) => this with { Intents = intents };

    /// <summary>Returns the decision with an answer that waits for no intent.</summary>
    public Decision<TEvent> AnsweringAtOnce() => this with { Awaits = AwaitedIntents.None };
}

/// <summary>The intents that an answer waits for.</summary>
public enum AwaitedIntents
{
    /// <summary>The intents of its decision.</summary>
    Own,

    /// <summary>Also the intents of earlier commands. The answer to a repeated command waits for them.</summary>
    OwnAndEarlier,

    /// <summary>None: it is sent as soon as the decision is durable.</summary>
    None,
}
