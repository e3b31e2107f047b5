using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Refusals;

namespace OrleansUploads.TestKit;

/// <summary>Runs the decider of one entity without a host, and records its events.</summary>
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

    /// <summary>Applies an event directly, for example one that only old journals contain.</summary>
    public void Happened(TEvent happened)
    {
        State = Decider.Evolve(State, happened);
        History.Add(happened);
    }

    /// <summary>Decides a command and applies its events.</summary>
    public Decision<TEvent> Do(TCommand command) => Apply(Decider.Decide(State, command, Time));

    /// <summary>Wakes the entity at the current time.</summary>
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

    /// <summary>Carries out a command that must succeed, and returns its answer.</summary>
    public TAnswer Ask<TAnswer>(ICommand<TAnswer> command)
        where TAnswer : class => Assert.IsType<TAnswer>(Do((TCommand)command).Answer, exactMatch: false);

    /// <summary>Carries out a command that must be refused without any event or intent, and returns the refusal.</summary>
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
