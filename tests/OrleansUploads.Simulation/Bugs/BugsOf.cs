namespace OrleansUploads.Simulation.Bugs;

/// <summary>A table of mistakes in the rules of one kind of entity. Its rows decide as rules do.</summary>
internal abstract class BugsOf<TState, TCommand, TEvent> : Rules<TEvent>
    where TState : class
    where TCommand : class, ICommand
    where TEvent : class
{
    /// <summary>A mistake.</summary>
    protected static BugCase Bug(
        string name, int seeds, Func<Decider<TState, TCommand, TEvent>, Mistake<TState, TCommand, TEvent>> mistake) =>
        new(name, seeds, () => new RulesBug(mistake));

    private sealed class RulesBug(Func<Decider<TState, TCommand, TEvent>, Mistake<TState, TCommand, TEvent>> mistake) : PlantedBug
    {
        public override Decider<TAnyState, TAnyCommand, TAnyEvent> Alter<TAnyState, TAnyCommand, TAnyEvent>(
            Decider<TAnyState, TAnyCommand, TAnyEvent> rules) =>
            rules is Decider<TState, TCommand, TEvent> mine
                ? (Decider<TAnyState, TAnyCommand, TAnyEvent>)(object)mistake(mine)
                : rules;
    }
}
