namespace OrleansUploads.Engine.Entities;

/// <summary>The ports of an <see cref="EntityActivation"/>. A host may share one instance between all its activations.</summary>
/// <param name="Journal">Stores the histories.</param>
/// <param name="CarryOut">Carries out an intent of an entity once and returns what its receiver answered. Throws if the outcome is
/// unknown.</param>
/// <param name="Time">The clock for timeouts and retry delays.</param>
/// <param name="Clock">The clock by which the entity decides.</param>
/// <param name="WriteTimeout">If a journal write takes longer than this, its outcome is unknown.</param>
/// <param name="Log">Gets the deliveries that failed and the snapshots that could not be saved.</param>
/// <param name="Stopping">Canceled when the host stops. Ends deliveries and snapshots.</param>
public sealed record ActivationPorts(
    IJournal Journal,
    Func<EntityId, IntentAction, ValueTask<IAnswer>> CarryOut,
    TimeProvider Time,
    IServiceClock Clock,
    TimeSpan WriteTimeout,
    EngineLog Log,
    CancellationToken Stopping)
{
    /// <summary>Called with the change in <see cref="EntityActivation.HeldBytes"/>, positive or negative, after each input. It is called
    /// outside all locks on the caller's thread.</summary>
    public Action<long>? Grown { get; init; }
}
