using OrleansUploads.Core.Refusals;

namespace OrleansUploads.Engine.Tests.Objects;

/// <summary>Delays each put and refuses its repetition, which came too late.</summary>
internal sealed class LatePuts(IEntityHost inner) : IEntityHost
{
    public PutObject? Delayed { get; private set; }

    public ValueTask<IAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken)
    {
        if (command is PutObject put)
        {
            Delayed = put;
            return ValueTask.FromResult<IAnswer>(new ObjectRefusal.NumberedAttemptCollected(put.Part.Number));
        }

        return inner.SendAsync(entity, command, cancellationToken);
    }

    public async ValueTask<TrackedAnswer> SendTrackedAsync(EntityId entity, ICommand command, CancellationToken cancellationToken) =>
        new(await SendAsync(entity, command, cancellationToken), IsToRepetition: true);
}
