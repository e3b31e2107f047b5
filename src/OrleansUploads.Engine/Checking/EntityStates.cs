using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Service;
using OrleansUploads.Core.Settings;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Sqlite;

namespace OrleansUploads.Engine.Checking;

/// <summary>Rebuilds the states of entities from a journal that is open for inspection.</summary>
/// <remarks>All members throw <see cref="JournalDamagedException"/> if a history differs from what was written.</remarks>
internal sealed class EntityStates(JournalInspection journal)
{
    private readonly Rebuilder<AccountState, AccountCommand, AccountEvent> _accounts = new(new AccountDecider());
    private readonly Rebuilder<VaultState, VaultCommand, VaultEvent> _vaults = new(new VaultDecider());
    private readonly Rebuilder<ArchiveShardState, ArchiveShardCommand, ArchiveShardEvent> _shards =
        new(new ArchiveShardDecider(new UploadPolicy(), new RetrievalPolicy()));
    private readonly Rebuilder<JobsState, JobsCommand, JobsEvent> _jobs =
        new(new JobsDecider(new RetrievalPolicy()));
    private readonly Rebuilder<UploadState, UploadCommand, UploadEvent> _uploads =
        new(new UploadDecider(new UploadPolicy()));
    private readonly Rebuilder<UploadPageState, UploadPageCommand, UploadPageEvent> _uploadPages =
        new(new UploadPageDecider());
    private readonly Rebuilder<ServiceState, ServiceCommand, ServiceEvent> _service =
        new(new ServiceDecider());

    private readonly Rebuilder<BucketState, BucketCommand, BucketEvent> _buckets = new(new BucketDecider());
    private readonly Rebuilder<KeyLeafState, KeyLeafCommand, KeyLeafEvent> _keyLeaves =
        new(new KeyLeafDecider());
    private readonly Rebuilder<KeyRoutesState, KeyRoutesCommand, KeyRoutesEvent> _keyRoutes =
        new(new KeyRoutesDecider());

    /// <summary>Reads the state of any entity.</summary>
    /// <returns>The state, and the length of its history in bytes.</returns>
    public (object State, long HistoryBytes) Read(EntityId entity)
    {
        var history = journal.Read(entity);
        return (Rebuilds(entity).Rebuild(entity, history), (history.Snapshot?.Length ?? 0) + history.Records.Sum(record => (long)record.Length));
    }

    /// <summary>Rebuilds the state of any entity, and writes its history as one snapshot.</summary>
    public (object State, ReadOnlyMemory<byte> Snapshot) Compact(EntityId entity, JournalHistory history)
    {
        var rebuilder = Rebuilds(entity);
        var state = rebuilder.Rebuild(entity, history);
        return (state, rebuilder.Compact(state));
    }

    /// <summary>Reads an upload and the version of its history.</summary>
    public (UploadState State, long Version) ReadUpload(UploadId upload)
    {
        var history = journal.Read(upload.Entity);
        return (_uploads.From(upload.Entity, history), history.Version);
    }

    /// <summary>Reads a shard of an archive index.</summary>
    public ArchiveShardState ReadShard(EntityId shard) => _shards.From(shard, journal.Read(shard));

    /// <summary>Reads a page of a vault's uploads in progress.</summary>
    public UploadPageState ReadUploadPage(EntityId page) => _uploadPages.From(page, journal.Read(page));

    /// <summary>Reads a vault.</summary>
    public VaultState ReadVault(EntityId vault) => _vaults.From(vault, journal.Read(vault));

    /// <summary>Reads an account.</summary>
    public AccountState ReadAccount(EntityId account) => _accounts.From(account, journal.Read(account));

    /// <summary>Reads a bucket.</summary>
    public BucketState ReadBucket(EntityId bucket) => _buckets.From(bucket, journal.Read(bucket));

    /// <summary>Reads a leaf of an ordered index.</summary>
    public KeyLeafState ReadLeaf(LeafId leaf) => _keyLeaves.From(leaf.Entity, journal.Read(leaf.Entity));

    /// <summary>Reads the routes of an ordered index.</summary>
    public KeyRoutesState ReadRoutes(KeyIndexId index) => _keyRoutes.From(index.Routes, journal.Read(index.Routes));

    private IRebuilder Rebuilds(EntityId entity) => entity.Kind switch
    {
        EntityKind.Account => _accounts,
        EntityKind.Vault => _vaults,
        EntityKind.ArchiveShard => _shards,
        EntityKind.Jobs => _jobs,
        EntityKind.Upload => _uploads,
        EntityKind.UploadPage => _uploadPages,
        EntityKind.Service => _service,
        EntityKind.Bucket => _buckets,
        EntityKind.KeyLeaf => _keyLeaves,
        EntityKind.KeyRoutes => _keyRoutes,
        _ => throw new JournalDamagedException(
            $"The journal has a history of kind {(int)entity.Kind}, which this version of the program does not support."),
    };
}
