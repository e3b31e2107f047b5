namespace OrleansUploads.Core.Deciding;

/// <summary>The result of a command: events, an answer, and intents.</summary>
/// <typeparam name="TEvent">The entity's events.</typeparam>
public sealed class Decision<TEvent>
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
    public ImmutableArray<TEvent> Events { get; }

    /// <summary>The actions that the events require outside the entity. The answer waits until all awaited intents (<see
    /// cref="Intent.IsAwaited"/>) are confirmed.</summary>
    public ImmutableArray<Intent> Intents { get; internal init; } = [];

    /// <summary>Whether the answer also waits for the intents of earlier commands, as the answer to a repeated command
    /// must.</summary>
    public bool AwaitsPending { get; internal init; }

    /// <summary>Whether to delete the entity's whole history. Never combined with events, and used only for entities whose ID is
    /// never reused: a host with outdated state could mistake a new history under the same ID for the old one.</summary>
    public bool Forgets { get; internal init; }

    /// <summary>Whether the answer is sent as soon as the decision is durable, without waiting for its intents.</summary>
    public bool AnswersAtOnce { get; internal init; }

    /// <summary>Returns the decision with intents: new ones that its events require, or pending ones that the answer must wait
    /// for.</summary>
    public Decision<TEvent> Telling(params ImmutableArray<Intent> intents) =>
        new(Answer, Events) { Intents = intents };

    /// <summary>Returns the decision with <see cref="AnswersAtOnce"/> set.</summary>
    public Decision<TEvent> AnsweringAtOnce() => new(Answer, Events) { Intents = Intents, AnswersAtOnce = true };
}
