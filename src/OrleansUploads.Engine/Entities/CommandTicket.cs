using System.Diagnostics;

namespace OrleansUploads.Engine.Entities;

/// <summary>One caller that waits for the answer to a command. Disposing it ends the activity of the command.</summary>
/// <param name="command">The command, or null for a wake-up.</param>
public sealed class CommandTicket(EntityId entity, ICommand? command)
    : TaskCompletionSource<TrackedAnswer>(TaskCreationOptions.RunContinuationsAsynchronously), IDisposable
{
    private CancellationTokenRegistration _givingUp;

    /// <summary>The ID of the request that led to the command, or null if none did.</summary>
    internal string? RequestId { get; } = CurrentRequest.Id;

    /// <summary>The activity of the command, or null if it is not traced.</summary>
    internal Activity? Activity { get; } = command is null ? null : EngineTracing.StartCommand(entity, command);

    /// <summary>A ticket without an activity, even if the commands are traced from now on.</summary>
    internal static CommandTicket Untraced() => new(default, command: null);

    /// <summary>Ends the waiting when a token is cancelled.</summary>
    internal void GiveUpOn(CancellationToken cancellationToken)
    {
        _givingUp = cancellationToken.UnsafeRegister(
            static (ticket, token) => ((CommandTicket)ticket!).TrySetCanceled(token), this);

        // The answer may have come meanwhile and found nothing to unregister.
        Interlocked.MemoryBarrier();
        if (Task.IsCompleted)
        {
            _givingUp.Unregister();
        }
    }

    /// <summary>Gives the caller the answer, unless it has stopped waiting.</summary>
    internal void Answer(IAnswer answer)
    {
        TrySetResult(new TrackedAnswer(answer));
        _givingUp.Unregister();
    }

    /// <summary>Informs the caller that there is no answer, unless it has stopped waiting.</summary>
    internal void Fail(Exception reason)
    {
        TrySetException(reason);
        _givingUp.Unregister();
    }

    /// <inheritdoc/>
    public void Dispose() => Activity?.Dispose();
}
