using OrleansUploads.Core;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Simulation.Bugs;

namespace OrleansUploads.Simulation.World;

/// <summary>The real catalog, whose runners are told to save snapshots early, lose tells, and perhaps have a planted bug.</summary>
/// <remarks>Vaults have few shards, so that one has more than one archive now and then.</remarks>
internal sealed class SimulatedCatalog(
    SimulatedWorld world, SimulatedProcess process, UploadPolicy uploads, RetrievalPolicy retrievals, PlantedBug bug)
    : EntityCatalog(uploads, retrievals, archiveShards: VaultLife.FewestShards)
{
    private protected override EntityRunner Run<TState, TCommand, TEvent>(
        EntityId entity, Decider<TState, TCommand, TEvent> decider, EventCodec<TEvent> codec)
    {
        var rules = bug.Alter(decider);
        var others = world.Options is { Hosts: > 1, HostsExpectOthers: true } ? OtherHosts.Expected : OtherHosts.Unexpected;
        var runner = new DeciderRunner<TState, TCommand, TEvent>(entity, rules, codec, others, world.Options.HistorySlack);
        return new AstrayTells(world, process, bug.Alter(runner));
    }
}
