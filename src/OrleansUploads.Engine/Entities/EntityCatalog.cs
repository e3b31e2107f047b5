using OrleansUploads.Core;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Stored;

namespace OrleansUploads.Engine.Entities;

/// <summary>Makes the runner of any entity; both hosts start from here.</summary>
/// <param name="uploads">How long uploads and their records live.</param>
/// <param name="retrievals">How long retrievals take.</param>
public sealed class EntityCatalog(UploadPolicy uploads, RetrievalPolicy retrievals)
{
    private readonly AccountDecider _account = new();
    private readonly VaultDecider _vault = new();
    private readonly ArchiveShardDecider _archiveShard = new(uploads, retrievals);
    private readonly JobsDecider _jobs = new(retrievals);
    private readonly UploadDecider _upload = new(uploads);

    /// <summary>A runner that has loaded nothing yet.</summary>
    public EntityRunner CreateRunner(EntityId entity) => entity.Kind switch
    {
        EntityKind.Account => new DeciderRunner<AccountState, AccountCommand, AccountEvent>(
            entity, _account, StoredEvents.Account),
        EntityKind.Vault => new DeciderRunner<VaultState, VaultCommand, VaultEvent>(
            entity, _vault, StoredEvents.Vault),
        EntityKind.ArchiveShard => new DeciderRunner<ArchiveShardState, ArchiveShardCommand, ArchiveShardEvent>(
            entity, _archiveShard, StoredEvents.ArchiveShard),
        EntityKind.Jobs => new DeciderRunner<JobsState, JobsCommand, JobsEvent>(
            entity, _jobs, StoredEvents.Jobs),
        EntityKind.Upload => new DeciderRunner<UploadState, UploadCommand, UploadEvent>(
            entity, _upload, StoredEvents.Upload),
        _ => throw new ArgumentOutOfRangeException(nameof(entity), entity, "No such kind of entity."),
    };
}
