using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Service;
using OrleansUploads.Core.Settings;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Values;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Contracts;

namespace OrleansUploads.Engine.Entities;

/// <summary>Creates the runner of any entity. Used by both hosts.</summary>
/// <param name="uploads">The lifetimes of uploads and their records.</param>
/// <param name="retrievals">The delays of retrievals.</param>
/// <param name="accounts">The limits of accounts, or null for the defaults.</param>
/// <param name="inventories">When inventory snapshots are taken.</param>
/// <param name="sharing">Whether other hosts may run the same entities.</param>
/// <param name="archiveShards">The number of shards in the archive index of new vaults.</param>
/// <param name="vaults">The limits of vaults, or null for the defaults.</param>
/// <param name="retirements">The number of deleted archives that the jobs of a vault remember.</param>
/// <param name="leafBytes">The length at which a leaf of an ordered index splits.</param>
/// <param name="routesBytes">The length at which the routes of an ordered index drop every other route.</param>
public class EntityCatalog(
    UploadPolicy uploads,
    RetrievalPolicy retrievals,
    AccountPolicy? accounts = null,
    InventorySchedule inventories = InventorySchedule.Current,
    JournalSharing sharing = JournalSharing.Exclusive,
    int archiveShards = VaultIncarnation.NewShards,
    VaultLimits? vaults = null,
    int retirements = JobsDecider.DefaultRememberedRetirements,
    long leafBytes = KeyLeafDecider.DefaultMaxBytes,
    long routesBytes = KeyRoutesDecider.MaxBytes)
{
    private readonly AccountDecider _account = new(accounts, archiveShards);
    private readonly VaultDecider _vault = new(inventories, vaults);
    private readonly ArchiveShardDecider _archiveShard = new(uploads, retrievals, inventories);
    private readonly JobsDecider _jobs = new(retrievals, vaults, retirements);
    private readonly UploadDecider _upload = new(uploads, retrievals);
    private readonly UploadPageDecider _uploadPage = new();
    private readonly ServiceDecider _service = new();
    private readonly BucketDecider _bucket = new();
    private readonly KeyLeafDecider _keyLeaf = new(leafBytes);
    private readonly KeyRoutesDecider _keyRoutes = new(routesBytes);

    /// <summary>Creates a runner that has not loaded its entity yet.</summary>
    public EntityRunner CreateRunner(EntityId entity) => entity.Kind switch
    {
        EntityKind.Account => Run(entity, _account, AccountContract.Table.Codec),
        EntityKind.Vault => Run(entity, _vault, VaultContract.Table.Codec),
        EntityKind.ArchiveShard => Run(entity, _archiveShard, ArchiveShardContract.Table.Codec),
        EntityKind.Jobs => Run(entity, _jobs, JobsContract.Table.Codec),
        EntityKind.Upload => Run(entity, _upload, UploadContract.Table.Codec),
        EntityKind.UploadPage => Run(entity, _uploadPage, UploadPageContract.Table.Codec),
        EntityKind.Service => Run(entity, _service, ServiceContract.Table.Codec),
        EntityKind.Bucket => Run(entity, _bucket, BucketContract.Table.Codec),
        EntityKind.KeyLeaf => Run(entity, _keyLeaf, KeyLeafContract.Table.Codec),
        EntityKind.KeyRoutes => Run(entity, _keyRoutes, KeyRoutesContract.Table.Codec),
        _ => throw new ArgumentOutOfRangeException(nameof(entity), entity, "Unknown entity kind."),
    };

    /// <summary>Creates the runner for a decider. The simulation overrides this to lose tells and to plant wrong rules, which it must
    /// detect.</summary>
    private protected virtual EntityRunner Run<TState, TCommand, TEvent>(
        EntityId entity, Decider<TState, TCommand, TEvent> decider, EventCodec<TEvent> codec)
        where TState : class
        where TCommand : class, ICommand
        where TEvent : class =>
        new DeciderRunner<TState, TCommand, TEvent>(entity, decider, codec, sharing);
}
