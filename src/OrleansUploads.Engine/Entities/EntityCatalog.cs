using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Service;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Engine.Entities;

/// <summary>Creates the runner of any entity. Used by both hosts.</summary>
/// <param name="engine">The operator's settings.</param>
/// <param name="layout">How the entities are divided and stored.</param>
public class EntityCatalog(EngineOptions engine, EntityLayout layout)
{
    private readonly Dictionary<EntityKind, Func<EntityCatalog, EntityId, EntityRunner>> _kinds = new()
    {
        [EntityKind.Account] = Runs(new AccountDecider(engine.Accounts, layout.ArchiveShards)),
        [EntityKind.Vault] = Runs(new VaultDecider(engine.Vaults)),
        [EntityKind.ArchiveShard] = Runs(new ArchiveShardDecider(engine.Uploads, engine.Retrievals)),
        [EntityKind.Jobs] = Runs(new JobsDecider(engine.Retrievals, engine.Vaults, layout.Retirements)),
        [EntityKind.Upload] = Runs(new UploadDecider(engine.Uploads, engine.Retrievals)),
        [EntityKind.UploadPage] = Runs(new UploadPageDecider()),
        [EntityKind.Service] = Runs(new ServiceDecider()),
        [EntityKind.Bucket] = Runs(new BucketDecider()),
        [EntityKind.KeyLeaf] = Runs(new KeyLeafDecider(layout.LeafBytes)),
        [EntityKind.KeyRoutes] = Runs(new KeyRoutesDecider(layout.RoutesBytes)),
    };

    /// <summary>Creates the catalog of a single process.</summary>
    /// <param name="engine">The operator's settings.</param>
    public EntityCatalog(EngineOptions engine)
        : this(engine, new EntityLayout())
    {
    }

    /// <summary>Creates a runner that has not loaded its entity yet.</summary>
    public EntityRunner CreateRunner(EntityId entity) => _kinds[entity.Kind](this, entity);

    /// <summary>Creates the runner for a decider. The simulation overrides this to lose tells and to plant wrong rules, which it must
    /// detect.</summary>
    private protected virtual EntityRunner Run<TState, TCommand, TEvent>(
        EntityId entity, Decider<TState, TCommand, TEvent> decider)
        where TState : class
        where TCommand : class, ICommand
        where TEvent : class =>
        new DeciderRunner<TState, TCommand, TEvent>(entity, decider, layout.Sharing);

    private static Func<EntityCatalog, EntityId, EntityRunner> Runs<TState, TCommand, TEvent>(Decider<TState, TCommand, TEvent> decider)
        where TState : class
        where TCommand : class, ICommand
        where TEvent : class => (catalog, entity) => catalog.Run(entity, decider);
}
