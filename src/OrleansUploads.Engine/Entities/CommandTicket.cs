using System.Diagnostics;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Engine.Entities;

/// <summary>One caller that waits for the answer to a command. Disposing it ends the activity of the command.</summary>
/// <param name="entity">The entity.</param>
/// <param name="command">The command, or null for a wake-up.</param>
public sealed class CommandTicket(EntityId entity, ICommand? command)
    : TaskCompletionSource<object>(TaskCreationOptions.RunContinuationsAsynchronously), IDisposable
{
    /// <summary>The activity of the command, or null if it is not traced.</summary>
    internal Activity? Activity { get; } = command is null ? null : EngineTracing.StartCommand(entity, command);

    /// <inheritdoc/>
    public void Dispose() => Activity?.Dispose();
}
