using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Engine.Reclaim;
using OrleansUploads.Simulation.World;

namespace OrleansUploads.Simulation.Bugs;

/// <summary>A mistake that somebody might make, put around the real code. The base class makes none.</summary>
internal class PlantedBug
{
    /// <summary>Rules with the mistake in them.</summary>
    public virtual Decider<TState, TCommand, TEvent> Alter<TState, TCommand, TEvent>(Decider<TState, TCommand, TEvent> rules)
        where TState : class
        where TCommand : class, ICommand
        where TEvent : class => rules;

    public virtual EntityRunner Alter(EntityRunner runner) => runner;

    public virtual IJournal Alter(IJournal journal, SimulatedWorld world) => journal;

    public virtual IPartStore Alter(IPartStore parts) => parts;

    public virtual ValueTask<CollectionReport> CollectAsync(SimulatedProcess process, TimeSpan grace) =>
        process.Collector.CollectAsync(grace, CancellationToken.None);

    /// <summary>A crash tore off a write to this entity.</summary>
    public virtual void TornTail(EntityId entity)
    {
    }
}
