using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Service;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Engine.Entities;

/// <summary>The kinds of entities and their rules. Used by both hosts, and by everything that reads stored histories.</summary>
/// <param name="engine">The operator's settings.</param>
/// <param name="layout">How the entities are divided and stored.</param>
public class EntityCatalog(EngineOptions engine, EntityLayout layout)
{
    private readonly Dictionary<EntityKind, Kind> _kinds = new()
    {
        [EntityKind.Account] = Of(new AccountDecider(engine.Accounts, layout.ArchiveShards)),
        [EntityKind.Vault] = Of(new VaultDecider()),
        [EntityKind.ArchiveShard] = Of(new ArchiveShardDecider(engine.Uploads, engine.Retrievals)),
        [EntityKind.Jobs] = Of(new JobsDecider(engine.Retrievals, engine.Vaults, layout.Retirements)),
        [EntityKind.Upload] = Of(new UploadDecider(engine.Uploads, engine.Retrievals)),
        [EntityKind.Service] = Of(new ServiceDecider()),
        [EntityKind.Bucket] = Of(new BucketDecider()),
        [EntityKind.KeyLeaf] = Of(new KeyLeafDecider(layout.LeafBytes)),
        [EntityKind.KeyRoutes] = Of(new KeyRoutesDecider(layout.RoutesBytes)),
    };

    /// <summary>Creates the catalog of a single process.</summary>
    /// <param name="engine">The operator's settings.</param>
    public EntityCatalog(EngineOptions engine)
        : this(engine, new EntityLayout())
    {
    }

    /// <summary>Creates a runner that has not loaded its entity yet.</summary>
    public EntityRunner CreateRunner(EntityId entity) => _kinds[entity.Kind].CreateRunner(this, entity);

    /// <summary>Rebuilds the state of an entity from its history.</summary>
    /// <exception cref="JournalDamagedException">The history differs from what was written, or its kind is unknown.</exception>
    public object Rebuild(EntityId entity, JournalHistory history) => _kinds.TryGetValue(entity.Kind, out var kind)
        ? kind.Rebuild(entity, history)
        : throw new JournalDamagedException(
            $"The journal has a history of kind {(int)entity.Kind}, which this version of the program does not support.");

    /// <summary>Creates the runner for a decider. The simulation overrides this to lose tells and to plant wrong rules, which it must
    /// detect.</summary>
    private protected virtual EntityRunner Run<TState, TCommand, TEvent>(
        EntityId entity, Decider<TState, TCommand, TEvent> decider)
        where TState : class
        where TCommand : class, ICommand
        where TEvent : class =>
        new DeciderRunner<TState, TCommand, TEvent>(entity, decider, layout.IsShared);

    private static Kind<TState, TCommand, TEvent> Of<TState, TCommand, TEvent>(Decider<TState, TCommand, TEvent> decider)
        where TState : class
        where TCommand : class, ICommand
        where TEvent : class => new(decider);

    private abstract class Kind
    {
        public abstract EntityRunner CreateRunner(EntityCatalog catalog, EntityId entity);

        public abstract object Rebuild(EntityId entity, JournalHistory history);
    }

    private sealed class Kind<TState, TCommand, TEvent>(Decider<TState, TCommand, TEvent> decider) : Kind
        where TState : class
        where TCommand : class, ICommand
        where TEvent : class
    {
        public override EntityRunner CreateRunner(EntityCatalog catalog, EntityId entity) => catalog.Run(entity, decider);

        public override object Rebuild(EntityId entity, JournalHistory history) =>
            EntityHistory.Replay(decider, entity, history).State;
    }
}

/// <summary>How entities are divided and stored. Operators do not set it: it depends on the kind of host, and simulations choose small
/// numbers.</summary>
public sealed record EntityLayout
{
    /// <summary>Whether other hosts may run the same entities over the same journal at the same time. An entity may then briefly run on two
    /// hosts, so a batch that has nothing to write reads the journal's version before its answers are released. If not, only writes and
    /// commands that require fresh state detect another host.</summary>
    public bool IsShared { get; init; }

    /// <summary>The number of shards in the archive index of new vaults.</summary>
    public int ArchiveShards { get; init; } = VaultIncarnation.ManyShards;

    /// <summary>The number of deleted archives that the jobs of a vault remember.</summary>
    public int Retirements { get; init; } = JobsDecider.DefaultRememberedRetirements;

    /// <summary>The length at which a leaf of an ordered index splits, in bytes as a journal counts them.</summary>
    public long LeafBytes { get; init; } = KeyLeafDecider.DefaultMaxBytes;

    /// <summary>The length at which the routes of an ordered index drop every other route, in bytes as a journal counts them; at most
    /// <see cref="KeyRoutesDecider.MaxBytes"/>.</summary>
    public long RoutesBytes { get; init; } = KeyRoutesDecider.MaxBytes;
}
