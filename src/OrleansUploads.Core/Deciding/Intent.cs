using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;

namespace OrleansUploads.Core.Deciding;

/// <summary>Something that an entity's events oblige it to have done elsewhere.</summary>
/// <remarks>
/// An intent follows from the state, so it is durable with the event that raised it. A host carries it out at least
/// once and then gives the confirmation to the entity; after a crash it finds it again by
/// <see cref="Decider{TState,TCommand,TEvent}.Pending"/>. Whoever receives it must take repetitions in silence.
/// </remarks>
/// <param name="Key">Unique among the entity's intents, past ones included: a host may still be busy with one from before.</param>
/// <param name="Action">What to do.</param>
/// <param name="Confirmation">The command that tells the entity that it is done.</param>
public sealed record Intent(string Key, IntentAction Action, ICommand Confirmation)
{
    /// <summary>Whether answers wait for it. Nobody waits for a receiver outside of this service: it may be gone for
    /// good.</summary>
    public bool IsAwaited => Action is not IntentAction.Notify;

    /// <summary>Whether answers that wait for it are given as soon as it is done, and do not wait until its confirmation is durable.
    /// Right only where nothing follows from the confirmation and no question can tell whether there was one: after a crash it
    /// is carried out again, behind the back of whoever was answered.</summary>
    public bool AnswersUnconfirmed { get; init; }
}

/// <summary>What an intent asks for.</summary>
public abstract record IntentAction
{
    private IntentAction()
    {
    }

    /// <summary>Give a command to another entity.</summary>
    /// <param name="Receiver">The entity.</param>
    /// <param name="Command">The command; its receiver never refuses it.</param>
    public sealed record Tell(EntityId Receiver, ICommand Command) : IntentAction;

    /// <summary>Tell the receiver of a topic, outside of this service, that a job of the entity has finished. It is not
    /// tried again once the entity no longer owes it.</summary>
    /// <param name="Notice">The message.</param>
    public sealed record Notify(JobNotice Notice) : IntentAction;

    /// <summary>Store a manifest in the part store.</summary>
    /// <param name="Manifest">Which bytes make up the archive.</param>
    public sealed record StoreManifest(Manifest Manifest) : IntentAction;
}
