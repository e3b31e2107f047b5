using OrleansUploads.Engine.Bytes;
using OrleansUploads.Engine.Entities;

namespace OrleansUploads.Simulation.Bugs;

/// <summary>A plausible mistake, wrapped around the real code. The base class changes nothing.</summary>
internal class PlantedBug
{
    /// <summary>Returns the rules with the mistake in them.</summary>
    public virtual Decider<TState, TCommand, TEvent> Alter<TState, TCommand, TEvent>(Decider<TState, TCommand, TEvent> rules)
        where TState : class
        where TCommand : class, ICommand
        where TEvent : class => rules;

    public virtual EntityRunner Alter(EntityRunner runner) => runner;

    public virtual IJournal Alter(IJournal journal, SimulatedWorld world) => journal;

    public virtual IPartStore Alter(IPartStore parts) => parts;

    public virtual ValueTask<CollectionReport> CollectAsync(SimulatedProcess process, TimeSpan grace) =>
        process.Engine.Collector.CollectAsync(grace, CancellationToken.None);

    /// <summary>Called when a crash loses a write to this entity.</summary>
    public virtual void TornTail(EntityId entity)
    {
    }
}
