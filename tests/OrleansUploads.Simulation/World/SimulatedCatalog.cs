using OrleansUploads.Engine.Contracts;

namespace OrleansUploads.Simulation.World;

/// <summary>The real catalog, with runners that save snapshots early, lose tells, and may have a planted bug.</summary>
/// <remarks>Jobs remember few deletions. Leaves and routes of ordered indexes are short, so that a few keys make many of them.</remarks>
internal sealed class SimulatedCatalog(
    SimulatedWorld world, SimulatedProcess process, UploadPolicy uploads, RetrievalPolicy retrievals, PlantedBug bug)
    : EntityCatalog(
        new EngineOptions
        {
            Uploads = uploads,
            Retrievals = retrievals,
        },
        new EntityLayout { ArchiveShards = world.Options.ArchiveShards, Retirements = 2, LeafBytes = 1200, RoutesBytes = 300 })
{
    private protected override EntityRunner Run<TState, TCommand, TEvent>(
        EntityId entity, Decider<TState, TCommand, TEvent> decider)
    {
        var rules = bug.Alter(decider);
        var isShared = world.Options is { Hosts: > 1, HostsExpectOthers: true };
        EntityRunner runner = new DeciderRunner<TState, TCommand, TEvent>(entity, rules, isShared, world.Options.HistorySlack);
        if (rules is Mistake<TState, TCommand, TEvent> { Stores: { } stores })
        {
            runner = new WrongSnapshots<TState>(runner, stores);
        }

        return new MisroutedTells(world, process, bug.Alter(runner));
    }

    private sealed class WrongSnapshots<TState>(EntityRunner inner, Func<TState, TState> stores) : DelegatingRunner(inner)
        where TState : class
    {
        public override IReadOnlyList<RunnerOutput> TakeOutputs() => [.. base.TakeOutputs().Select(Alter)];

        private RunnerOutput Alter(RunnerOutput output) => output is RunnerOutput.SaveSnapshot saved
            ? saved with { Snapshot = EventCodec.EncodeSnapshot(stores(EventCodec.DecodeSnapshot<TState>(saved.Snapshot))) }
            : output;
    }
}
