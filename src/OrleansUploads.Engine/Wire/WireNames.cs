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

        ("add-archive.1", typeof(AddArchive)),
        ("find-archive.1", typeof(FindArchive)),
        ("list-archives.1", typeof(ListArchives)),
        ("delete-archive.1", typeof(DeleteArchive)),

        ("start-retrieval.1", typeof(StartRetrieval)),
        ("start-inventory.1", typeof(StartInventory)),
        ("find-job.1", typeof(FindJob)),
        ("find-finished-job.1", typeof(FindFinishedJob)),
        ("list-jobs.1", typeof(ListJobs)),

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
