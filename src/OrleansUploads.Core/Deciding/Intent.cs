namespace OrleansUploads.Core.Deciding;

/// <summary>An action outside the entity that the entity's events require.</summary>
/// <remarks>
/// An intent follows from the state, so it is durable with the event that raised it, unless <see cref="IsRecorded"/> is false. A host
/// carries it out at least once and then gives the confirmation to the entity. After a crash the host finds it again through
/// <see cref="Decider{TState,TCommand,TEvent}.Pending"/>. Receivers must ignore repetitions.
/// </remarks>
/// <param name="Key">Unique among all intents that the entity has ever had, because a host may still be carrying out an earlier
/// one.</param>
/// <param name="Action">What to do.</param>
/// <param name="ConfirmationOf">Makes the command that reports to the entity that the action is done, from what the receiver
/// has answered.</param>
public sealed record Intent(string Key, IntentAction Action, Func<IAnswer, ICommand> ConfirmationOf)
{
    /// <summary>An intent whose confirmation is the same for every answer of the receiver.</summary>
    public Intent(string key, IntentAction action, ICommand confirmation)
        : this(key, action, _ => confirmation)
    {
    }

    /// <summary>Whether answers wait until the intent is carried out.</summary>
    public bool IsAwaited { get; init; } = true;

    /// <summary>Whether an answer that waits for this intent is given as soon as the action is done, before its confirmation
    /// is durable. Correct only if nothing follows from the confirmation and no query can reveal it, because a crash can
    /// cause the action to be carried out again after the caller was answered. An answer that <see cref="Revises"/> changes waits in any
    /// case, because the caller acts on it.</summary>
    public bool AnswersUnconfirmed { get; init; }

    /// <summary>Changes the answers that wait for the intent once its receiver has answered: from an answer and the receiver's verdict
    /// to the answer that is sent. Null leaves the answers as they are.</summary>
    public Func<IAnswer, IAnswer, IAnswer>? Revises { get; init; }

    /// <summary>Whether the state records the intent, so that it is carried out after a crash. If it does not, the sender of the
    /// command must repeat the command until it is answered, or nothing may depend on the intent. One for which no answer waits is given
    /// up when it fails.</summary>
    public bool IsRecorded { get; init; } = true;

    /// <summary>Whether the sender of the command has recorded that it must repeat it until it is answered. After a crash the sender wakes
    /// the entity, so the clock need not.</summary>
    public bool IsRepeatedBySender { get; init; }
}

/// <summary>What an intent asks for. Each domain defines its own actions.</summary>
public abstract record IntentAction
{
    private protected IntentAction()
    {
    }
}

/// <summary>Sends a command to another entity.</summary>
/// <param name="Receiver">The entity.</param>
/// <param name="Command">The command. The receiver must never refuse it.</param>
public sealed record TellEntity(EntityId Receiver, ICommand Command) : IntentAction;
