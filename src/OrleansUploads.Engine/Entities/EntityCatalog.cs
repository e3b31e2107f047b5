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
    private readonly JournalSharing _sharing = layout.Sharing;
    private readonly AccountDecider _account = new(engine.Accounts, layout.ArchiveShards);
    private readonly VaultDecider _vault = new(engine.Vaults);
    private readonly ArchiveShardDecider _archiveShard = new(engine.Uploads, engine.Retrievals);
    private readonly JobsDecider _jobs = new(engine.Retrievals, engine.Vaults, layout.Retirements);
    private readonly UploadDecider _upload = new(engine.Uploads, engine.Retrievals);
    private readonly UploadPageDecider _uploadPage = new();
    private readonly ServiceDecider _service = new();
    private readonly BucketDecider _bucket = new();
    private readonly KeyLeafDecider _keyLeaf = new(layout.LeafBytes);
    private readonly KeyRoutesDecider _keyRoutes = new(layout.RoutesBytes);

    /// <summary>Creates the catalog of a single process.</summary>
    /// <param name="engine">The operator's settings.</param>
    public EntityCatalog(EngineOptions engine)
        : this(engine, new EntityLayout())
    {
    }

    /// <summary>Creates a runner that has not loaded its entity yet.</summary>
    public EntityRunner CreateRunner(EntityId entity) => entity.Kind switch
    {
        EntityKind.Account => Run(entity, _account),
        EntityKind.Vault => Run(entity, _vault),
        EntityKind.ArchiveShard => Run(entity, _archiveShard),
        EntityKind.Jobs => Run(entity, _jobs),
        EntityKind.Upload => Run(entity, _upload),
        EntityKind.UploadPage => Run(entity, _uploadPage),
        EntityKind.Service => Run(entity, _service),
        EntityKind.Bucket => Run(entity, _bucket),
        EntityKind.KeyLeaf => Run(entity, _keyLeaf),
        EntityKind.KeyRoutes => Run(entity, _keyRoutes),
        _ => throw new ArgumentOutOfRangeException(nameof(entity), entity, "Unknown entity kind."),
    };

    /// <summary>Creates the runner for a decider. The simulation overrides this to lose tells and to plant wrong rules, which it must
    /// detect.</summary>
    private protected virtual EntityRunner Run<TState, TCommand, TEvent>(
        EntityId entity, Decider<TState, TCommand, TEvent> decider)
        where TState : class
        where TCommand : class, ICommand
        where TEvent : class =>
        new DeciderRunner<TState, TCommand, TEvent>(entity, decider, _sharing);
}
