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
