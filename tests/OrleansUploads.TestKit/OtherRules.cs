using OrleansUploads.Core.Deciding;

namespace OrleansUploads.TestKit;

/// <summary>The correct rules. A mistake overrides the members that it gets wrong.</summary>
public abstract class OtherRules<TState, TCommand, TEvent>(Decider<TState, TCommand, TEvent> right)
    : Decider<TState, TCommand, TEvent>
    where TState : class
    where TCommand : class, ICommand
    where TEvent : class
{
    public override TState Initial => right.Initial;

    protected Decider<TState, TCommand, TEvent> Right => right;

    public override Decision<TEvent> Decide(TState state, TCommand command, ServiceTime time) => right.Decide(state, command, time);

    public override TState Evolve(TState state, TEvent happened) => right.Evolve(state, happened);

    public override Decision<TEvent> Wake(TState state, ServiceTime time) => right.Wake(state, time);

    public override DateTimeOffset? WakeAt(TState state, ServiceTime time) => right.WakeAt(state, time);

    public override IEnumerable<Intent> Pending(TState state) => right.Pending(state);

    public override int SnapshotCost(TState state) => right.SnapshotCost(state);

    public override bool ExpectsWrite(TState after) => right.ExpectsWrite(after);
}

/// <summary>Rules with a mistake in one function or two, for tables of mistakes. All other functions are right.</summary>
public sealed class Mistake<TState, TCommand, TEvent>(Decider<TState, TCommand, TEvent> right)
    : OtherRules<TState, TCommand, TEvent>(right)
    where TState : class
    where TCommand : class, ICommand
    where TEvent : class
{
    /// <summary>Decides instead of the right rules, or null.</summary>
    public Func<TState, TCommand, ServiceTime, Decision<TEvent>>? Decides { get; init; }

    /// <summary>Evolves instead of the right rules, or null.</summary>
    public Func<TState, TEvent, TState>? Evolves { get; init; }

    /// <summary>Changes the state that a snapshot stores, or null. The simulation applies it.</summary>
    public Func<TState, TState>? Stores { get; init; }

    /// <summary>Finds the pending intents instead of the right rules, or null.</summary>
    public Func<TState, IEnumerable<Intent>>? FindsPending { get; init; }

    /// <summary>Wakes instead of the right rules, or null.</summary>
    public Func<TState, ServiceTime, Decision<TEvent>>? Wakes { get; init; }

    /// <summary>Finds when to wake instead of the right rules, or null.</summary>
    public Func<TState, ServiceTime, DateTimeOffset?>? FindsWake { get; init; }

    public override Decision<TEvent> Decide(TState state, TCommand command, ServiceTime time) =>
        Decides?.Invoke(state, command, time) ?? base.Decide(state, command, time);

    public override TState Evolve(TState state, TEvent happened) => Evolves?.Invoke(state, happened) ?? base.Evolve(state, happened);

    public override IEnumerable<Intent> Pending(TState state) => FindsPending?.Invoke(state) ?? base.Pending(state);

    public override Decision<TEvent> Wake(TState state, ServiceTime time) => Wakes?.Invoke(state, time) ?? base.Wake(state, time);

    public override DateTimeOffset? WakeAt(TState state, ServiceTime time) =>
        FindsWake is null ? base.WakeAt(state, time) : FindsWake(state, time);
}
