namespace OrleansUploads.Core.Deciding;

/// <summary>Sends a command to another entity.</summary>
/// <param name="Receiver">The entity.</param>
/// <param name="Command">The command. The receiver must never refuse it.</param>
public sealed record TellEntity(EntityId Receiver, ICommand Command) : IntentAction
{
    /// <summary>Whether a caller waits for it.</summary>
    public bool HasWaiter { get; init; } = true;

    /// <inheritdoc/>
    public override bool IsAwaited => HasWaiter;
}
