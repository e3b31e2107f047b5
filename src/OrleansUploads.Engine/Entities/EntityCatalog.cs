using OrleansUploads.Core;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Stored;

namespace OrleansUploads.Engine.Entities;

/// <summary>Makes the runner of any entity; both hosts start from here.</summary>
/// <param name="uploads">How long uploads and their records live.</param>
/// <param name="retrievals">How long retrievals take.</param>
/// <param name="accounts">What accounts may have; null for the usual.</param>
/// <param name="inventories">When inventories are taken.</param>
/// <param name="others">Whether other hosts may run the same entities.</param>
/// <param name="archiveShards">Shards of the archive index of a vault that is created now.</param>
public class EntityCatalog(
    UploadPolicy uploads,
    RetrievalPolicy retrievals,
    AccountPolicy? accounts = null,
    InventorySchedule inventories = InventorySchedule.Current,
    OtherHosts others = OtherHosts.Unexpected,
    int archiveShards = VaultLife.NewShards)
{
    private readonly AccountDecider _account = new(accounts, archiveShards);
    private readonly VaultDecider _vault = new(inventories);
    private readonly ArchiveShardDecider _archiveShard = new(uploads, retrievals, inventories);
    private readonly JobsDecider _jobs = new(retrievals);
    private readonly UploadDecider _upload = new(uploads);

    /// <summary>A runner that has loaded nothing yet.</summary>
    public EntityRunner CreateRunner(EntityId entity) => entity.Kind switch
    {
        EntityKind.Account => Run(entity, _account, StoredEvents.Account),
        EntityKind.Vault => Run(entity, _vault, StoredEvents.Vault),
        EntityKind.ArchiveShard => Run(entity, _archiveShard, StoredEvents.ArchiveShard),
        EntityKind.Jobs => Run(entity, _jobs, StoredEvents.Jobs),
        EntityKind.Upload => Run(entity, _upload, StoredEvents.Upload),
        _ => throw new ArgumentOutOfRangeException(nameof(entity), entity, "No such kind of entity."),
    };

    /// <summary>Puts rules and runner together. The simulation does it with tells that go astray, and with wrong
    /// rules that it has to notice.</summary>
    private protected virtual EntityRunner Run<TState, TCommand, TEvent>(
        EntityId entity, Decider<TState, TCommand, TEvent> decider, EventCodec<TEvent> codec)
        where TState : class
        where TCommand : class, ICommand
        where TEvent : class =>
        new DeciderRunner<TState, TCommand, TEvent>(entity, decider, codec, others);
}
