using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Engine.Contracts;

namespace OrleansUploads.TestKit;

/// <summary>Runs the decider of one entity without a host, and records its events. The tests of an entity inherit it, so that each
/// line of a test says what was given, what is asked, or what must follow. Each decision must raise the intents that become pending with
/// its events: a host would deliver them only after a crash. At the end of each test, a snapshot must lead to the state that the test has
/// reached.</summary>
public class DeciderDriver<TState, TCommand, TEvent>(Decider<TState, TCommand, TEvent> decider) : IDisposable
    where TState : class
    where TCommand : class, ICommand
    where TEvent : class
{
    /// <summary>The shortest time that deciders tell apart.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    public Decider<TState, TCommand, TEvent> Decider { get; } = decider;

    public TState State { get; private set; } = decider.Initial;

    public List<TEvent> History { get; } = [];

    public DateTimeOffset Now { get; set; } = Some.Noon;

    /// <summary>The intents that are recorded but not confirmed.</summary>
    public IEnumerable<Intent> Pending => Decider.Pending(State);

    /// <summary>When the entity must be woken, or null for never.</summary>
    public DateTimeOffset? WakeAt => Decider.WakeAt(State);

    private ServiceTime Time => ServiceTime.Continuous(Now);

    /// <summary>Applies an event directly, for example one that only old journals contain.</summary>
    public void Happened(TEvent happened)
    {
        State = Decider.Evolve(State, happened);
        History.Add(happened);
    }

    /// <summary>Carries out commands one after the other. Their answers do not matter.</summary>
    public void Given(params ReadOnlySpan<TCommand> commands)
    {
        foreach (var command in commands)
        {
            Do(command);
        }
    }

    public Decision<TEvent> Do(TCommand command) => Apply(Decider.Decide(State, Addressed(command), Time));

    public Decision<TEvent> Wake() => Apply(Decider.Wake(State, Time));

    /// <summary>Wakes the entity one tick too early, when nothing must happen, and then on time.</summary>
    public Decision<TEvent> WakeExactlyAt(DateTimeOffset due)
    {
        Now = due - Tick;
        Assert.Empty(Wake().Events);
        Now = due;
        return Wake();
    }

    /// <summary>Confirms all pending intents, and those that follow from the confirmations.</summary>
    public void ConfirmAll()
    {
        while (Pending.ToList() is { Count: > 0 } pending)
        {
            foreach (var intent in pending)
            {
                Confirm(intent);
            }
        }
    }

    /// <summary>Confirms an intent, perhaps with the verdict of its receiver.</summary>
    public Decision<TEvent> Confirm(Intent intent, IAnswer? verdict = null) =>
        Do((TCommand)intent.ConfirmationOf(verdict ?? Done.Instance));

    /// <summary>Carries out a command that must succeed, and returns its answer.</summary>
    public TAnswer Ask<TAnswer>(ICommand<TAnswer> command)
        where TAnswer : class, IAnswer => Assert.IsType<TAnswer>(Do((TCommand)command).Answer, exactMatch: false);

    /// <summary>Carries out a command whose answer must be of exactly this type, and returns the answer.</summary>
    public TAnswer Answered<TAnswer>(TCommand command)
        where TAnswer : class, IAnswer => Assert.IsType<TAnswer>(Do(command).Answer);

    /// <summary>Carries out a command that must be refused without any event or intent, and returns the refusal.</summary>
    public TRefusal Refused<TRefusal>(TCommand command)
        where TRefusal : Refusal
    {
        var decision = Unchanged(command);
        Assert.Empty(decision.Intents);
        return Assert.IsType<TRefusal>(decision.Answer);
    }

    /// <summary>Carries out commands that must be refused in the same way.</summary>
    public void EachRefused<TRefusal>(params ReadOnlySpan<TCommand> commands)
        where TRefusal : Refusal
    {
        foreach (var command in commands)
        {
            Refused<TRefusal>(command);
        }
    }

    /// <summary>Carries out a command that must change nothing.</summary>
    public Decision<TEvent> Unchanged(TCommand command)
    {
        var decision = Do(command);
        Assert.Empty(decision.Events);
        return decision;
    }

    /// <summary>Carries out a command that must raise exactly one intent, and returns the intent.</summary>
    public Intent Raised(TCommand command) => Assert.Single(Do(command).Intents);

    /// <summary>The state as it is read from a snapshot.</summary>
    public TState Rebuilt() => EventCodec.DecodeSnapshot<TState>(EventCodec.EncodeSnapshot(State));

    public void Dispose()
    {
        // The comparison takes quadratic time. What has no history is never stored.
        if (History.Count is > 0 and < 200)
        {
            AssertSnapshotIsComplete();
        }
    }

    /// <summary>Asserts that a snapshot leads to the same state, intents and time to wake, and to the same snapshot.</summary>
    public void AssertSnapshotIsComplete()
    {
        var rebuilt = Rebuilt();
        Assert.Equivalent(State, rebuilt, strict: true);
        Assert.Equal(EventCodec.EncodeSnapshot(State).ToArray(), EventCodec.EncodeSnapshot(rebuilt).ToArray());
        Assert.Equal(Pending.Select(intent => intent.Key).Order(), Decider.Pending(rebuilt).Select(intent => intent.Key).Order());
        Assert.Equal(WakeAt, Decider.WakeAt(rebuilt));
    }

    /// <summary>A command as it arrives at the entity.</summary>
    protected virtual TCommand Addressed(TCommand command) => command;

    private Decision<TEvent> Apply(Decision<TEvent> decision)
    {
        if (decision.Events.IsEmpty)
        {
            return decision;
        }

        var known = Pending.Concat(decision.Intents).Select(intent => intent.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var happened in decision.Events)
        {
            Happened(happened);
        }

        var forgotten = Pending.Select(intent => intent.Key).FirstOrDefault(key => !known.Contains(key));
        Assert.True(forgotten is null, $"The decision does not raise the intent '{forgotten}'.");
        return decision;
    }
}
