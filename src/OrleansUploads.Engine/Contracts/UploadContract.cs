using System.Text.Json.Serialization;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Values;
using OrleansUploads.Core.Vaults;
using static OrleansUploads.Engine.Contracts.IntentShape;
using static OrleansUploads.Engine.Contracts.NamedShape;

namespace OrleansUploads.Engine.Contracts;

/// <summary>The events, commands, answers, refusals and intents of an upload.</summary>
internal static class UploadContract
{
    /// <summary>The table.</summary>
    public static EntityContract<UploadCommand, UploadEvent> Table { get; } = new(EntityKind.Upload, UploadJson.Default)
    {
        Events =
        [
            Named<UploadInitiated>("upload-initiated.1")
                .Widened("upload-initiated.2", static initiated => initiated.Spec.ByteStorage != ByteStorage.Gateway),
            Named<PartStored>("part-stored.1"),
            Named<ExternalPartStored>("located-part-stored.1"),
            Named<AttemptsFenced>("attempts-fenced.1"),
            Named<UploadCompleted>("upload-completed.1"),
            Named<ManifestStored>("manifest-stored.1"),
            Named<ArchiveIndexed>("archive-indexed.1"),
            Named<UploadAborted>("upload-aborted.1"),
            Named<UploadExpired>("upload-expired.1"),
            Named<UploadEndedWithVault>("upload-ended-with-vault.1"),
            Named<UploadClosed>("upload-closed.1"),
            Named<ArchiveReleased>("archive-released.1")
                .Widened("archive-released.2", static released => released.BytesUntil is not null),
            Named<BytesReleased>("bytes-released.1"),
            Named<BytesReclaimed>("bytes-reclaimed.1"),
            Named<ObjectUploadInitiated>("object-upload-initiated.1"),
            Named<ObjectUploadListed>("object-upload-listed.1"),
            Named<NumberedPartStored>("numbered-part-stored.1"),
            Named<CompletionFrozen>("completion-frozen.1")
                .Widened("completion-frozen.2", static frozen => frozen.Completion.Condition is { MustExist: not null }),
            Named<CompletionReopened>("completion-reopened.1"),
            Named<ObjectPublished>("object-published.1"),
            Named<ObjectPublicationSettled>("object-publication-settled.1"),
            Named<ObjectUploadRefused>("object-upload-refused.1"),
            Named<ObjectReleased>("object-released.1"),
            Named<ObjectTagged>("object-tagged.1"),
            Named<ObjectRestoreSet>("object-restore-set.1"),
        ],
        Commands =
        [
            Named<InitiateUpload>("initiate-upload.1"),
            Named<CheckPart>("check-part.1"),
            Named<StorePart>("store-part.1"),
            Named<ReportExternalPart>("store-located-part.1"),
            Named<CompleteUpload>("complete-upload.1"),
            Named<CompleteStoredUpload>("complete-stored-upload.1"),
            Named<AbortUpload>("abort-upload.1"),
            Named<EndUpload>("end-upload.1"),
            Named<ListParts>("list-parts.1"),
            Named<SummarizeUpload>("summarize-upload.1"),
            Named<MapParts>("map-parts.1"),
            Named<FindPart>("find-part.1"),
            Named<ReadTimeline>("read-timeline.1"),
            Named<FenceAttempts>("fence-attempts.1"),
            Named<InitiateObjectUpload>("initiate-object-upload.1"),
            Named<CheckNumberedPart>("check-numbered-part.1"),
            Named<StoreNumberedPart>("store-numbered-part.1"),
            Named<CompleteObjectUpload>("complete-object-upload.1")
                .Widened("complete-object-upload.2", static complete => complete.ChecksumType is not null)
                .Widened("complete-object-upload.3", static complete => complete.Condition is { MustExist: not null }),
            Named<PutObject>("put-object.1").Widened("put-object.2", static put => put.Condition is { MustExist: not null }),
            Named<AbortObjectUpload>("abort-object-upload.1"),
            Named<ListNumberedParts>("list-numbered-parts.1"),
            Named<MapNumberedParts>("map-numbered-parts.1"),
            Named<ReadObjectTimeline>("read-object-timeline.1"),
            Named<DescribeObject>("describe-object.1"),
            Named<ReleaseObject>("release-object.1"),
            Named<SetObjectTags>("set-object-tags.1"),
            Named<RestoreObject>("restore-object.1"),
            Named<ReleaseArchive>("release-archive.1")
                .Widened("release-archive.2", static release => release.BytesUntil is not null),
        ],
        Answers =
        [
            Named<StorePartResult>("part-standing.1"),
            Named<ExternalPartResult>("located-part-standing.1"),
            Named<CompletedArchive>("completed-archive.1"),
            Named<UploadSummary>("upload-summary.1")
                .Widened("upload-summary.2", static summary => summary.ArchiveDeletedAt is not null),
            Named<PartsPage>("parts-page.1"),
            Named<MappedUpload>("mapped-upload.1"),
            Named<MappedObjectUpload>("mapped-object-upload.1"),
            Named<FoundPart>("found-part.1"),
            Named<UploadTimeline>("upload-timeline.1"),
            Named<ObjectUploadSpec>("object-upload-spec.1"),
            Named<NumberedPartsPage>("numbered-parts-page.1"),
            Named<PublishedObject>("published-object.1"),
            Named<ObjectDescription>("object-description.1")
                .Widened("object-description.2", static description => description.ChangedTags is not null)
                .Widened("object-description.3", static description => description.Restore is not null),
            Named<RestoreAccepted>("restore-accepted.1"),
            Named<AttemptsInUse.None>("attempts-none.1"),
            Named<AttemptsInUse.Only>("attempts-only.1"),
            Named<AttemptsInUse.ByManifest>("attempts-by-manifest.1"),
        ],
        Refusals =
        [
            Named<Refusal.UploadNotFound>("refused-upload-not-found.1"),
            Named<Refusal.UploadStoredExternally>("refused-upload-kept-elsewhere.1"),
            Named<Refusal.UploadStoredByGateway>("refused-upload-kept-by-gateway.1"),
            Named<Refusal.RangeNotAligned>("refused-range-not-aligned.1"),
            Named<Refusal.PartTooLarge>("refused-part-too-large.1"),
            Named<Refusal.TooManyParts>("refused-too-many-parts.1"),
            Named<Refusal.AttemptCollected>("refused-attempt-collected.1"),
            Named<Refusal.CollectionHeld>("refused-collection-held.1"),
            Named<Refusal.NoParts>("refused-no-parts.1"),
            Named<Refusal.PartMissing>("refused-part-missing.1"),
            Named<Refusal.PartLost>("refused-part-lost.1"),
            Named<Refusal.PartTooShort>("refused-part-too-short.1"),
            Named<Refusal.SizeDiffers>("refused-size-differs.1"),
            Named<Refusal.TreeHashDiffers>("refused-tree-hash-differs.1"),
            Named<Refusal.CompletionMismatch>("refused-completed-otherwise.1"),
            Named<ObjectRefusal.UploadCompleting>("refused-upload-completing.1"),
            Named<ObjectRefusal.KeyChanged>("refused-key-changed.1"),
            Named<ObjectRefusal.CompletedOtherwise>("refused-completed-with-other-parts.1"),
            Named<ObjectRefusal.PartNumberInvalid>("refused-part-number-invalid.1"),
            Named<ObjectRefusal.NumberedPartTooLarge>("refused-numbered-part-too-large.1"),
            Named<ObjectRefusal.PartsNotInOrder>("refused-parts-not-in-order.1"),
            Named<ObjectRefusal.NamedPartDiffers>("refused-named-part-differs.1"),
            Named<ObjectRefusal.NumberedPartLost>("refused-numbered-part-lost.1"),
            Named<ObjectRefusal.NumberedPartTooShort>("refused-numbered-part-too-short.1"),
            Named<ObjectRefusal.NumberedAttemptCollected>("refused-numbered-attempt-collected.1"),
            Named<ObjectRefusal.ChecksumOfOtherAlgorithm>("refused-checksum-of-other-algorithm.1"),
            Named<ObjectRefusal.ChecksumOfOtherType>("refused-checksum-of-other-type.1"),
            Named<ObjectRefusal.RestoreNotOffered>("refused-restore-not-offered.1"),
            Named<ObjectRefusal.RestoreDaysInvalid>("refused-restore-days-invalid.1"),
            Named<ObjectRefusal.RestoreInProgress>("refused-restore-in-progress.1"),
        ],
        Intents =
        [
            Asks<StoreManifest, ConfirmManifestStored>(),
            Asks<AddArchive, ConfirmArchiveIndexed>(),
            Asks<CloseUpload, ConfirmUploadClosed>(),
            Asks<CloseUpload, ConfirmAdmissionClosed>(),
            Asks<ReclaimBytes, ConfirmBytesReclaimed>(),
            Asks<ListObjectUpload, ConfirmObjectUploadListed>(),
            Asks<UnlistObjectUpload, ConfirmObjectUploadUnlisted>(),
            Asks<PublishObject, ConfirmPublication>(),
            Asks<SettlePublication, ConfirmPublicationSettled>(),
        ],
    };
}

/// <summary>Generated JSON metadata of the types in <see cref="UploadContract"/>.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(UploadInitiated))]
[JsonSerializable(typeof(PartStored))]
[JsonSerializable(typeof(ExternalPartStored))]
[JsonSerializable(typeof(AttemptsFenced))]
[JsonSerializable(typeof(UploadCompleted))]
[JsonSerializable(typeof(ManifestStored))]
[JsonSerializable(typeof(ArchiveIndexed))]
[JsonSerializable(typeof(UploadAborted))]
[JsonSerializable(typeof(UploadExpired))]
[JsonSerializable(typeof(UploadClosed))]
[JsonSerializable(typeof(ArchiveReleased))]
[JsonSerializable(typeof(BytesReleased))]
[JsonSerializable(typeof(BytesReclaimed))]
[JsonSerializable(typeof(ObjectUploadInitiated))]
[JsonSerializable(typeof(ObjectUploadListed))]
[JsonSerializable(typeof(NumberedPartStored))]
[JsonSerializable(typeof(CompletionFrozen))]
[JsonSerializable(typeof(CompletionReopened))]
[JsonSerializable(typeof(ObjectPublished))]
[JsonSerializable(typeof(ObjectPublicationSettled))]
[JsonSerializable(typeof(ObjectUploadRefused))]
[JsonSerializable(typeof(ObjectReleased))]
[JsonSerializable(typeof(ObjectTagged))]
[JsonSerializable(typeof(ObjectRestoreSet))]
[JsonSerializable(typeof(InitiateUpload))]
[JsonSerializable(typeof(CheckPart))]
[JsonSerializable(typeof(StorePart))]
[JsonSerializable(typeof(ReportExternalPart))]
[JsonSerializable(typeof(CompleteUpload))]
[JsonSerializable(typeof(CompleteStoredUpload))]
[JsonSerializable(typeof(AbortUpload))]
[JsonSerializable(typeof(ListParts))]
[JsonSerializable(typeof(SummarizeUpload))]
[JsonSerializable(typeof(MapParts))]
[JsonSerializable(typeof(FindPart))]
[JsonSerializable(typeof(ReadTimeline))]
[JsonSerializable(typeof(ReadObjectTimeline))]
[JsonSerializable(typeof(UploadTimeline))]
[JsonSerializable(typeof(MapNumberedParts))]
[JsonSerializable(typeof(MappedUpload))]
[JsonSerializable(typeof(MappedObjectUpload))]
[JsonSerializable(typeof(FoundPart))]
[JsonSerializable(typeof(FenceAttempts))]
[JsonSerializable(typeof(InitiateObjectUpload))]
[JsonSerializable(typeof(CheckNumberedPart))]
[JsonSerializable(typeof(StoreNumberedPart))]
[JsonSerializable(typeof(CompleteObjectUpload))]
[JsonSerializable(typeof(PutObject))]
[JsonSerializable(typeof(AbortObjectUpload))]
[JsonSerializable(typeof(ListNumberedParts))]
[JsonSerializable(typeof(DescribeObject))]
[JsonSerializable(typeof(ReleaseObject))]
[JsonSerializable(typeof(SetObjectTags))]
[JsonSerializable(typeof(RestoreObject))]
[JsonSerializable(typeof(ReleaseArchive))]
[JsonSerializable(typeof(StorePartResult))]
[JsonSerializable(typeof(ExternalPartResult))]
[JsonSerializable(typeof(CompletedArchive))]
[JsonSerializable(typeof(UploadSummary))]
[JsonSerializable(typeof(PartsPage))]
[JsonSerializable(typeof(ObjectUploadSpec))]
[JsonSerializable(typeof(NumberedPartsPage))]
[JsonSerializable(typeof(PublishedObject))]
[JsonSerializable(typeof(ObjectDescription))]
[JsonSerializable(typeof(RestoreAccepted))]
[JsonSerializable(typeof(AttemptsInUse.None))]
[JsonSerializable(typeof(AttemptsInUse.Only))]
[JsonSerializable(typeof(AttemptsInUse.ByManifest))]
[JsonSerializable(typeof(Refusal.UploadNotFound))]
[JsonSerializable(typeof(Refusal.UploadStoredExternally))]
[JsonSerializable(typeof(Refusal.UploadStoredByGateway))]
[JsonSerializable(typeof(Refusal.RangeNotAligned))]
[JsonSerializable(typeof(Refusal.PartTooLarge))]
[JsonSerializable(typeof(Refusal.TooManyParts))]
[JsonSerializable(typeof(Refusal.AttemptCollected))]
[JsonSerializable(typeof(Refusal.CollectionHeld))]
[JsonSerializable(typeof(Refusal.NoParts))]
[JsonSerializable(typeof(Refusal.PartMissing))]
[JsonSerializable(typeof(Refusal.PartLost))]
[JsonSerializable(typeof(Refusal.PartTooShort))]
[JsonSerializable(typeof(Refusal.SizeDiffers))]
[JsonSerializable(typeof(Refusal.TreeHashDiffers))]
[JsonSerializable(typeof(Refusal.CompletionMismatch))]
[JsonSerializable(typeof(ObjectRefusal.UploadCompleting))]
[JsonSerializable(typeof(ObjectRefusal.KeyChanged))]
[JsonSerializable(typeof(ObjectRefusal.CompletedOtherwise))]
[JsonSerializable(typeof(ObjectRefusal.PartNumberInvalid))]
[JsonSerializable(typeof(ObjectRefusal.NumberedPartTooLarge))]
[JsonSerializable(typeof(ObjectRefusal.PartsNotInOrder))]
[JsonSerializable(typeof(ObjectRefusal.NamedPartDiffers))]
[JsonSerializable(typeof(ObjectRefusal.NumberedPartLost))]
[JsonSerializable(typeof(ObjectRefusal.NumberedPartTooShort))]
[JsonSerializable(typeof(ObjectRefusal.NumberedAttemptCollected))]
[JsonSerializable(typeof(ObjectRefusal.ChecksumOfOtherAlgorithm))]
[JsonSerializable(typeof(ObjectRefusal.ChecksumOfOtherType))]
[JsonSerializable(typeof(ObjectRefusal.RestoreNotOffered))]
[JsonSerializable(typeof(ObjectRefusal.RestoreDaysInvalid))]
[JsonSerializable(typeof(ObjectRefusal.RestoreInProgress))]
[JsonSerializable(typeof(UploadEndedWithVault))]
[JsonSerializable(typeof(EndUpload))]
internal sealed partial class UploadJson : JsonSerializerContext;
