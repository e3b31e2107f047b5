using OrleansUploads.Core;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Entities;

/// <summary>What is around an <see cref="EntityCell"/>; a host makes one for all its cells, or one for each.</summary>
/// <param name="Journal">Where histories are.</param>
/// <param name="CarryOut">Carries an intent of an entity out, once. It throws where it is not known whether that was done.</param>
/// <param name="Time">The clock.</param>
/// <param name="WriteTimeout">A journal write that has not ended by then has an unknown outcome.</param>
/// <param name="Stopping">Ends deliveries and snapshots when the host stops.</param>
public sealed record CellPorts(
    IJournal Journal,
    Func<EntityId, IntentAction, ValueTask> CarryOut,
    TimeProvider Time,
    TimeSpan WriteTimeout,
    CancellationToken Stopping)
{
    /// <summary>Is told by how many bytes more, or less, a cell has grown. Called outside of all locks, by whoever gave the cell
    /// an input; null where nobody counts.</summary>
    public Action<long>? Grown { get; init; }
}
