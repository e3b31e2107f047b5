using System.Text.Json.Serialization;
using OrleansUploads.Core;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Stored;

namespace OrleansUploads.Engine.Wire;

/// <summary>How commands, answers and refusals travel between hosts: generated at build time, with the converters of the
/// stored events.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectRequiredConstructorParameters = false,
    Converters = [
        typeof(UploadIdConverter), typeof(ArchiveIdConverter), typeof(JobIdConverter), typeof(AttemptIdConverter),
        typeof(AccountIdConverter), typeof(VaultIdConverter), typeof(VaultLifeConverter), typeof(DescriptionConverter),
        typeof(TreeHashConverter), typeof(LinearHashConverter), typeof(PartRangeConverter), typeof(PartSizeConverter),
        typeof(InstantConverter), typeof(VaultJobConverter), typeof(DoneConverter),
        typeof(AttemptSetConverter), typeof(PartLocationConverter)])]
[JsonSerializable(typeof(CreateVault))]
[JsonSerializable(typeof(ListVaults))]
[JsonSerializable(typeof(RemoveVault))]
[JsonSerializable(typeof(BeginVault))]
[JsonSerializable(typeof(DescribeVault))]
[JsonSerializable(typeof(TakeInventory))]
[JsonSerializable(typeof(OpenUpload))]
[JsonSerializable(typeof(ListUploads))]
[JsonSerializable(typeof(ListTags))]
[JsonSerializable(typeof(AddTags))]
[JsonSerializable(typeof(RemoveTags))]
[JsonSerializable(typeof(DeleteVault))]
[JsonSerializable(typeof(CloseUpload))]
[JsonSerializable(typeof(RecordArchives))]
[JsonSerializable(typeof(AddArchive))]
[JsonSerializable(typeof(FindArchive))]
[JsonSerializable(typeof(ListArchives))]
[JsonSerializable(typeof(DeleteArchive))]
[JsonSerializable(typeof(StartRetrieval))]
[JsonSerializable(typeof(StartInventory))]
[JsonSerializable(typeof(FindJob))]
[JsonSerializable(typeof(FindFinishedJob))]
[JsonSerializable(typeof(ListJobs))]
[JsonSerializable(typeof(InitiateUpload))]
[JsonSerializable(typeof(CheckPart))]
[JsonSerializable(typeof(StorePart))]
[JsonSerializable(typeof(StoreLocatedPart))]
[JsonSerializable(typeof(CompleteUpload))]
[JsonSerializable(typeof(AbortUpload))]
[JsonSerializable(typeof(ListParts))]
[JsonSerializable(typeof(SummarizeUpload))]
[JsonSerializable(typeof(FenceAttempts))]
[JsonSerializable(typeof(ReleaseArchive))]
[JsonSerializable(typeof(Done))]
[JsonSerializable(typeof(VaultsPage))]
[JsonSerializable(typeof(VaultDescription))]
[JsonSerializable(typeof(InventoryCut))]
[JsonSerializable(typeof(UploadOpening))]
[JsonSerializable(typeof(UploadsPage))]
[JsonSerializable(typeof(VaultTags))]
[JsonSerializable(typeof(ArchiveEntry))]
[JsonSerializable(typeof(ArchivesPage))]
[JsonSerializable(typeof(RetrievalJob))]
[JsonSerializable(typeof(InventoryJob))]
[JsonSerializable(typeof(JobsPage))]
[JsonSerializable(typeof(PartStanding))]
[JsonSerializable(typeof(LocatedPartStanding))]
[JsonSerializable(typeof(CompletedArchive))]
[JsonSerializable(typeof(UploadSummary))]
[JsonSerializable(typeof(PartsPage))]
[JsonSerializable(typeof(AttemptsInUse.None), TypeInfoPropertyName = "AttemptsNone")]
[JsonSerializable(typeof(AttemptsInUse.Only), TypeInfoPropertyName = "AttemptsOnly")]
[JsonSerializable(typeof(AttemptsInUse.ByManifest), TypeInfoPropertyName = "AttemptsByManifest")]
[JsonSerializable(typeof(Refusal.VaultNotFound), TypeInfoPropertyName = "RefusedVaultNotFound")]
[JsonSerializable(typeof(Refusal.VaultNotEmpty), TypeInfoPropertyName = "RefusedVaultNotEmpty")]
[JsonSerializable(typeof(Refusal.TooManyVaults), TypeInfoPropertyName = "RefusedTooManyVaults")]
[JsonSerializable(typeof(Refusal.TooManyTags), TypeInfoPropertyName = "RefusedTooManyTags")]
[JsonSerializable(typeof(Refusal.UploadNotFound), TypeInfoPropertyName = "RefusedUploadNotFound")]
[JsonSerializable(typeof(Refusal.UploadKeptElsewhere), TypeInfoPropertyName = "RefusedUploadKeptElsewhere")]
[JsonSerializable(typeof(Refusal.UploadKeptByGateway), TypeInfoPropertyName = "RefusedUploadKeptByGateway")]
[JsonSerializable(typeof(Refusal.ArchiveKeptElsewhere), TypeInfoPropertyName = "RefusedArchiveKeptElsewhere")]
[JsonSerializable(typeof(Refusal.RangeNotAligned), TypeInfoPropertyName = "RefusedRangeNotAligned")]
[JsonSerializable(typeof(Refusal.PartTooLarge), TypeInfoPropertyName = "RefusedPartTooLarge")]
[JsonSerializable(typeof(Refusal.TooManyParts), TypeInfoPropertyName = "RefusedTooManyParts")]
[JsonSerializable(typeof(Refusal.LengthDiffers), TypeInfoPropertyName = "RefusedLengthDiffers")]
[JsonSerializable(typeof(Refusal.LinearHashDiffers), TypeInfoPropertyName = "RefusedLinearHashDiffers")]
[JsonSerializable(typeof(Refusal.AttemptCollected), TypeInfoPropertyName = "RefusedAttemptCollected")]
[JsonSerializable(typeof(Refusal.NoParts), TypeInfoPropertyName = "RefusedNoParts")]
[JsonSerializable(typeof(Refusal.PartMissing), TypeInfoPropertyName = "RefusedPartMissing")]
[JsonSerializable(typeof(Refusal.PartTooShort), TypeInfoPropertyName = "RefusedPartTooShort")]
[JsonSerializable(typeof(Refusal.SizeDiffers), TypeInfoPropertyName = "RefusedSizeDiffers")]
[JsonSerializable(typeof(Refusal.TreeHashDiffers), TypeInfoPropertyName = "RefusedTreeHashDiffers")]
[JsonSerializable(typeof(Refusal.CompletedOtherwise), TypeInfoPropertyName = "RefusedCompletedOtherwise")]
[JsonSerializable(typeof(Refusal.ArchiveNotFound), TypeInfoPropertyName = "RefusedArchiveNotFound")]
[JsonSerializable(typeof(Refusal.JobNotFound), TypeInfoPropertyName = "RefusedJobNotFound")]
[JsonSerializable(typeof(Refusal.RetrievalRangeInvalid), TypeInfoPropertyName = "RefusedRetrievalRangeInvalid")]
[JsonSerializable(typeof(Refusal.JobNotReady), TypeInfoPropertyName = "RefusedJobNotReady")]
internal sealed partial class WireJson : JsonSerializerContext;
