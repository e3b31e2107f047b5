using System.Collections.Frozen;
using System.Text.Json.Serialization.Metadata;
using OrleansUploads.Core;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Engine.Wire;

/// <summary>The names under which commands, answers and refusals travel. As with stored events, a name is never given to
/// another shape: hosts of two versions talk to each other while a cluster is being updated.</summary>
internal static class WireNames
{
    private static readonly (string Name, Type Shape)[] All =
    [
        ("create-vault.1", typeof(CreateVault)),
        ("list-vaults.1", typeof(ListVaults)),
        ("remove-vault.1", typeof(RemoveVault)),
        ("find-data-retrieval-policy.1", typeof(FindDataRetrievalPolicy)),
        ("set-data-retrieval-policy.1", typeof(SetDataRetrievalPolicy)),
        ("admit-retrieval.1", typeof(AdmitRetrieval)),
        ("purchase-capacity.1", typeof(PurchaseCapacity)),
        ("list-capacity.1", typeof(ListCapacity)),

        ("begin-vault.1", typeof(BeginVault)),
        ("describe-vault.1", typeof(DescribeVault)),
        ("take-inventory.1", typeof(TakeInventory)),
        ("open-upload.1", typeof(OpenUpload)),
        ("list-uploads.1", typeof(ListUploads)),
        ("list-tags.1", typeof(ListTags)),
        ("add-tags.1", typeof(AddTags)),
        ("remove-tags.1", typeof(RemoveTags)),
        ("delete-vault.1", typeof(DeleteVault)),
        ("close-upload.1", typeof(CloseUpload)),
        ("record-archives.1", typeof(RecordArchives)),
        ("find-policies.1", typeof(FindPolicies)),
        ("find-policies-for-deletion.1", typeof(FindPoliciesForDeletion)),
        ("set-access-policy.1", typeof(SetAccessPolicy)),
        ("find-access-policy.1", typeof(FindAccessPolicy)),
        ("delete-access-policy.1", typeof(DeleteAccessPolicy)),
        ("initiate-lock.1", typeof(InitiateLock)),
        ("find-lock.1", typeof(FindLock)),
        ("complete-lock.1", typeof(CompleteLock)),
        ("abort-lock.1", typeof(AbortLock)),
        ("set-notifications.1", typeof(SetNotifications)),
        ("find-notifications.1", typeof(FindNotifications)),
        ("clear-notifications.1", typeof(ClearNotifications)),

        ("add-archive.1", typeof(AddArchive)),
        ("find-archive.1", typeof(FindArchive)),
        ("find-archive-for-deletion.1", typeof(FindArchiveForDeletion)),
        ("list-archives.1", typeof(ListArchives)),
        ("delete-archive.1", typeof(DeleteArchive)),

        ("start-retrieval.1", typeof(StartRetrieval)),
        ("start-inventory.1", typeof(StartInventory)),
        ("find-job.1", typeof(FindJob)),
        ("find-finished-job.1", typeof(FindFinishedJob)),
        ("list-jobs.1", typeof(ListJobs)),
        ("take-notifications.1", typeof(TakeNotifications)),

        ("initiate-upload.1", typeof(InitiateUpload)),
        ("check-part.1", typeof(CheckPart)),
        ("store-part.1", typeof(StorePart)),
        ("store-located-part.1", typeof(StoreLocatedPart)),
        ("complete-upload.1", typeof(CompleteUpload)),
        ("abort-upload.1", typeof(AbortUpload)),
        ("list-parts.1", typeof(ListParts)),
        ("summarize-upload.1", typeof(SummarizeUpload)),
        ("fence-attempts.1", typeof(FenceAttempts)),
        ("release-archive.1", typeof(ReleaseArchive)),

        ("done.1", typeof(Done)),
        ("vaults-page.1", typeof(VaultsPage)),
        ("vault-description.1", typeof(VaultDescription)),
        ("inventory-cut.1", typeof(InventoryCut)),
        ("upload-opening.1", typeof(UploadOpening)),
        ("uploads-page.1", typeof(UploadsPage)),
        ("vault-tags.1", typeof(VaultTags)),
        ("archive-entry.1", typeof(ArchiveEntry)),
        ("archives-page.1", typeof(ArchivesPage)),
        ("retrieval-job.1", typeof(RetrievalJob)),
        ("inventory-job.1", typeof(InventoryJob)),
        ("jobs-page.1", typeof(JobsPage)),
        ("part-standing.1", typeof(PartStanding)),
        ("located-part-standing.1", typeof(LocatedPartStanding)),
        ("completed-archive.1", typeof(CompletedArchive)),
        ("upload-summary.1", typeof(UploadSummary)),
        ("parts-page.1", typeof(PartsPage)),
        ("vault-lock.1", typeof(VaultLock)),
        ("vault-policies.1", typeof(VaultPolicies)),
        ("vault-policy.1", typeof(VaultPolicy)),
        ("capacity-unit.1", typeof(CapacityUnit)),
        ("capacity-units.1", typeof(CapacityUnits)),
        ("data-retrieval-policy.1", typeof(DataRetrievalPolicy)),
        ("vault-notifications.1", typeof(VaultNotifications)),
        ("attempts-none.1", typeof(AttemptsInUse.None)),
        ("attempts-only.1", typeof(AttemptsInUse.Only)),
        ("attempts-by-manifest.1", typeof(AttemptsInUse.ByManifest)),

        ("refused-vault-not-found.1", typeof(Refusal.VaultNotFound)),
        ("refused-vault-not-empty.1", typeof(Refusal.VaultNotEmpty)),
        ("refused-too-many-vaults.1", typeof(Refusal.TooManyVaults)),
        ("refused-too-many-tags.1", typeof(Refusal.TooManyTags)),
        ("refused-upload-not-found.1", typeof(Refusal.UploadNotFound)),
        ("refused-upload-kept-elsewhere.1", typeof(Refusal.UploadKeptElsewhere)),
        ("refused-upload-kept-by-gateway.1", typeof(Refusal.UploadKeptByGateway)),
        ("refused-archive-kept-elsewhere.1", typeof(Refusal.ArchiveKeptElsewhere)),
        ("refused-range-not-aligned.1", typeof(Refusal.RangeNotAligned)),
        ("refused-part-too-large.1", typeof(Refusal.PartTooLarge)),
        ("refused-too-many-parts.1", typeof(Refusal.TooManyParts)),
        ("refused-length-differs.1", typeof(Refusal.LengthDiffers)),
        ("refused-linear-hash-differs.1", typeof(Refusal.LinearHashDiffers)),
        ("refused-attempt-collected.1", typeof(Refusal.AttemptCollected)),
        ("refused-no-parts.1", typeof(Refusal.NoParts)),
        ("refused-part-missing.1", typeof(Refusal.PartMissing)),
        ("refused-part-too-short.1", typeof(Refusal.PartTooShort)),
        ("refused-size-differs.1", typeof(Refusal.SizeDiffers)),
        ("refused-tree-hash-differs.1", typeof(Refusal.TreeHashDiffers)),
        ("refused-completed-otherwise.1", typeof(Refusal.CompletedOtherwise)),
        ("refused-archive-not-found.1", typeof(Refusal.ArchiveNotFound)),
        ("refused-job-not-found.1", typeof(Refusal.JobNotFound)),
        ("refused-retrieval-range-invalid.1", typeof(Refusal.RetrievalRangeInvalid)),
        ("refused-job-not-ready.1", typeof(Refusal.JobNotReady)),
        ("refused-access-policy-not-found.1", typeof(Refusal.AccessPolicyNotFound)),
        ("refused-lock-not-found.1", typeof(Refusal.LockNotFound)),
        ("refused-lock-in-progress.1", typeof(Refusal.LockInProgress)),
        ("refused-lock-id-differs.1", typeof(Refusal.LockIdDiffers)),
        ("refused-vault-locked.1", typeof(Refusal.VaultLocked)),
        ("refused-vault-recently-written-to.1", typeof(Refusal.VaultRecentlyWrittenTo)),
        ("refused-inventory-not-taken.1", typeof(Refusal.InventoryNotTaken)),
        ("refused-notifications-not-set.1", typeof(Refusal.NotificationsNotSet)),
        ("refused-retrieval-not-admitted.1", typeof(Refusal.RetrievalNotAdmitted)),
        ("refused-too-many-capacity-units.1", typeof(Refusal.TooManyCapacityUnits)),
    ];

    /// <summary>Shapes by the names under which they travel.</summary>
    public static FrozenDictionary<string, JsonTypeInfo> ByName { get; } =
        All.ToFrozenDictionary(shape => shape.Name, shape => ShapeOf(shape.Shape), StringComparer.Ordinal);

    /// <summary>Names by the types that travel under them.</summary>
    public static FrozenDictionary<Type, string> ByType { get; } =
        All.ToFrozenDictionary(shape => shape.Shape, shape => shape.Name);

    private static JsonTypeInfo ShapeOf(Type type) => WireJson.Default.GetTypeInfo(type)
        ?? throw new InvalidOperationException($"{type.Name} has no shape for the wire.");
}
