namespace OrleansUploads.Engine.Entities;

/// <summary>The ports of an <see cref="EntityActivation"/>. A host may share one instance between all its activations.</summary>
/// <param name="Journal">Stores the histories.</param>
/// <param name="CarryOut">Carries out an intent of an entity once and returns what its receiver answered. Throws if the outcome is
/// unknown.</param>
/// <param name="Time">The clock for timeouts and retry delays.</param>
/// <param name="WriteTimeout">If a journal write takes longer than this, its outcome is unknown.</param>
/// <param name="Stopping">Canceled when the host stops. Ends deliveries and snapshots.</param>
public sealed record ActivationPorts(
    IJournal Journal,
    Func<EntityId, IntentAction, ValueTask<IAnswer>> CarryOut,
    TimeProvider Time,
    TimeSpan WriteTimeout,
    CancellationToken Stopping)
{
    /// <summary>The clock by which entities decide. The default assumes that the service was never interrupted.</summary>
    public IServiceClock Clock { get; init; } = new ContinuousClock(Time);

    /// <summary>Called with the change in <see cref="EntityActivation.HeldBytes"/>, positive or negative, after each input. It is called
    /// outside all locks on the caller's thread.</summary>
    public Action<long>? Grown { get; init; }

    /// <summary>Called for each snapshot that could not be saved. No data is lost, but the entity's history and its load time grow until
    /// a snapshot is saved.</summary>
    public Action<EntityId, Exception>? SnapshotLost { get; init; }

    /// <summary>Called each time an intent could not be delivered, with its sender, its action and the number of attempts so far. It
    /// will be retried.</summary>
    public Action<EntityId, IntentAction, int, Exception>? DeliveryFailed { get; init; }
}
