namespace OrleansUploads.Simulation.Bugs;

/// <summary>Replaces the rules of one kind of entity.</summary>
internal sealed class RulesBug<TMyState, TMyCommand, TMyEvent>(
    Func<Decider<TMyState, TMyCommand, TMyEvent>, Decider<TMyState, TMyCommand, TMyEvent>> plant) : PlantedBug
    where TMyState : class
    where TMyCommand : class, ICommand
    where TMyEvent : class
{
    public override Decider<TState, TCommand, TEvent> Alter<TState, TCommand, TEvent>(Decider<TState, TCommand, TEvent> rules) =>
        rules is Decider<TMyState, TMyCommand, TMyEvent> mine ? (Decider<TState, TCommand, TEvent>)(object)plant(mine) : rules;
}

/// <summary>The correct rules. A bug overrides the members that it gets wrong.</summary>
internal abstract class OtherRules<TState, TCommand, TEvent>(Decider<TState, TCommand, TEvent> right)
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

    public override IEnumerable<TEvent> Compact(TState state) => right.Compact(state);

    public override int CompactCount(TState state) => right.CompactCount(state);
}
