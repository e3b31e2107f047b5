using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Refusals;

namespace OrleansUploads.TestKit;

/// <summary>One entity without a host: decides, evolves, and remembers what happened.</summary>
public sealed class DeciderDriver<TState, TCommand, TEvent>(Decider<TState, TCommand, TEvent> decider)
    where TState : class
    where TCommand : class, ICommand
    where TEvent : class
{
    public Decider<TState, TCommand, TEvent> Decider { get; } = decider;

    public TState State { get; private set; } = decider.Initial;

    public List<TEvent> History { get; } = [];

    public DateTimeOffset Now { get; set; } = Some.Noon;

    private ServiceTime Time => ServiceTime.Continuous(Now);

    /// <summary>Applies an event that no command leads to any more: old journals have it.</summary>
    public void Happened(TEvent happened)
    {
        State = Decider.Evolve(State, happened);
        History.Add(happened);
    }

    /// <summary>Decides a command and applies its events.</summary>
    public Decision<TEvent> Do(TCommand command) => Apply(Decider.Decide(State, command, Time));

    /// <summary>Lets time act.</summary>
    public Decision<TEvent> Wake() => Apply(Decider.Wake(State, Time));

    /// <summary>Confirms all pending intents, and those that follow from the confirmations.</summary>
    public void ConfirmAll()
    {
        while (Decider.Pending(State).ToList() is { Count: > 0 } pending)
        {
            foreach (var intent in pending)
            {
                Do((TCommand)intent.Confirmation);
            }
        }
    }

    /// <summary>The answer of a command that is expected to be carried out.</summary>
    public TAnswer Ask<TAnswer>(ICommand<TAnswer> command)
        where TAnswer : class => Assert.IsType<TAnswer>(Do((TCommand)command).Answer, exactMatch: false);

    /// <summary>The refusal of a command that is expected to be refused; nothing may have happened.</summary>
    public TRefusal Refused<TRefusal>(TCommand command)
        where TRefusal : Refusal
    {
        var decision = Do(command);
        Assert.Empty(decision.Events);
        Assert.Empty(decision.Intents);
        return Assert.IsType<TRefusal>(decision.Answer);
    }

    private Decision<TEvent> Apply(Decision<TEvent> decision)
    {
        foreach (var happened in decision.Events)
        {
            State = Decider.Evolve(State, happened);
            History.Add(happened);
        }

        return decision;
    }
}
