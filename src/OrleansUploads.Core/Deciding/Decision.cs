using System.Collections.Immutable;

namespace OrleansUploads.Core.Deciding;

/// <summary>What a command leads to: events, an answer, and intents for others.</summary>
/// <typeparam name="TEvent">The entity's events.</typeparam>
public sealed class Decision<TEvent>
    where TEvent : class
{
    internal Decision(object answer, ImmutableArray<TEvent> events)
    {
        Answer = answer;
        Events = events;
    }

    /// <summary>The answer that the command declares, or a <see cref="Refusal"/>.</summary>
    public object Answer { get; }

    /// <summary>What happened, in order; empty for a question, a refusal and a repetition.</summary>
    public ImmutableArray<TEvent> Events { get; }

    /// <summary>What these events oblige the entity to tell others. The answer waits until all that are
    /// awaited (<see cref="Intent.IsAwaited"/>) are confirmed.</summary>
    public ImmutableArray<Intent> Intents { get; internal init; } = [];

    /// <summary>Whether the answer waits for the intents of earlier commands too, as the answer to a repetition must.</summary>
    public bool AwaitsPending { get; internal init; }

    /// <summary>Whether the entity's whole history is to be deleted. Never together with events, and only by an entity whose
    /// name never comes back: a new history under an old name could be mistaken for the old one by a host that is behind.</summary>
    public bool Forgets { get; internal init; }

    /// <summary>The same decision, with an intent that the events oblige to.</summary>
    public Decision<TEvent> Telling(params ImmutableArray<Intent> intents) =>
        new(Answer, Events) { Intents = intents };
}
