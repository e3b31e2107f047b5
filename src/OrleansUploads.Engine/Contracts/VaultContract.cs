using System.Text.Json.Serialization;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Values;
using OrleansUploads.Core.Vaults;
using static OrleansUploads.Engine.Contracts.IntentShape;
using static OrleansUploads.Engine.Contracts.NamedShape;

namespace OrleansUploads.Engine.Contracts;

/// <summary>The events, commands, answers, refusals and intents of a vault.</summary>
internal static class VaultContract
{
    /// <summary>The table.</summary>
    public static EntityContract<VaultCommand, VaultEvent> Table { get; } = new(EntityKind.Vault, VaultJson.Default)
    {
        Events =
        [
            Named<VaultBegun>("vault-begun.1"),
            Named<UploadListed>("upload-listed.1")
                .Widened("upload-listed.2", static listed => listed.Spec.ByteStorage != ByteStorage.Gateway),
            Named<UploadBegun>("upload-begun.1"),
            Named<UploadUnlisted>("upload-unlisted.1"),
            Named<UploadAdmitted>("upload-admitted.1"),
            Named<AdmissionListed>("admission-listed.1"),
            Named<ClosingsRecorded>("closings-recorded.1"),
            Named<PageCarriedOver>("page-carried-over.1"),
            Named<ArchivesRecorded>("archives-recorded.1"),
            Named<InventorySnapshotTaken>("inventory-taken.1"),
            Named<TagsAdded>("tags-added.1"),
            Named<TagsRemoved>("tags-removed.1"),
            Named<AccessPolicySet>("access-policy-set.1"),
            Named<AccessPolicyDeleted>("access-policy-deleted.1"),
            Named<VaultLockInitiated>("vault-lock-initiated.1"),
            Named<VaultLockCompleted>("vault-lock-completed.1"),
            Named<VaultLockEnded>("vault-lock-ended.1"),
            Named<GuardDelivered>("guard-told.1"),
            Named<GuardCarriedOver>("guard-carried-over.1"),
            Named<NotificationsChanged>("notifications-changed.1"),
            Named<NotificationsDelivered>("notifications-told.1"),
            Named<VaultDeleted>("vault-deleted.1"),
            Named<HeldUploadEnded>("held-upload-ended.1"),
            Named<PageUploadsEnded>("page-uploads-ended.1"),
            Named<VaultRemoved>("vault-removed.1"),
        ],
        Commands =
        [
            Named<BeginVault>("begin-vault.1"),
            Named<DescribeVault>("describe-vault.1"),
            Named<TakeInventorySnapshot>("take-inventory.1"),
            Named<OpenUpload>("open-upload.1"),
            Named<ListUploads>("list-uploads.1"),
            Named<ListTags>("list-tags.1"),
            Named<AddTags>("add-tags.1"),
            Named<RemoveTags>("remove-tags.1"),
            Named<DeleteVault>("delete-vault.1"),
            Named<CloseUpload>("close-upload.1"),
            Named<RecordArchives>("record-archives.1"),
            Named<FindUploadPages>("find-upload-pages.1"),
            Named<RecordUploadPage>("record-upload-page.1"),
            Named<FindPolicies>("find-policies.1"),
            Named<FindPoliciesForDeletion>("find-policies-for-deletion.1"),
            Named<SetAccessPolicy>("set-access-policy.1"),
            Named<FindAccessPolicy>("find-access-policy.1"),
            Named<DeleteAccessPolicy>("delete-access-policy.1"),
            Named<InitiateLock>("initiate-lock.1"),
            Named<FindLock>("find-lock.1"),
            Named<CompleteLock>("complete-lock.1"),
            Named<AbortLock>("abort-lock.1"),
            Named<SetNotifications>("set-notifications.1"),
            Named<FindNotifications>("find-notifications.1"),
            Named<ClearNotifications>("clear-notifications.1"),
        ],
        Answers =
        [
            Named<VaultDescription>("vault-description.1"),
            Named<InventorySnapshot>("inventory-cut.1"),
            Named<UploadSpec>("upload-opening.1"),
            Named<UploadsPage>("uploads-page.1"),
            Named<UploadPagesFound>("upload-pages-found.1"),
            Named<VaultTags>("vault-tags.1"),
            Named<VaultPolicies>("vault-policies.1")
                .Widened("vault-policies.2", static policies => policies.Guard is not null),
            Named<VaultPolicy>("vault-policy.1"),
            Named<VaultLock>("vault-lock.1"),
            Named<VaultNotifications>("vault-notifications.1"),
        ],
        Refusals =
        [
            Named<Refusal.VaultNotFound>("refused-vault-not-found.1"),
            Named<Refusal.VaultNotEmpty>("refused-vault-not-empty.1"),
            Named<Refusal.VaultRecentlyWrittenTo>("refused-vault-recently-written-to.1"),
            Named<Refusal.InventoryNotTaken>("refused-inventory-not-taken.1"),
            Named<Refusal.TooManyTags>("refused-too-many-tags.1"),
            Named<Refusal.TooManyUploads>("refused-too-many-uploads.1"),
            Named<Refusal.AccessPolicyNotFound>("refused-access-policy-not-found.1"),
            Named<Refusal.LockNotFound>("refused-lock-not-found.1"),
            Named<Refusal.LockInProgress>("refused-lock-in-progress.1"),
            Named<Refusal.LockIdDiffers>("refused-lock-id-differs.1"),
            Named<Refusal.VaultLocked>("refused-vault-locked.1"),
            Named<Refusal.NotificationsNotSet>("refused-notifications-not-set.1"),
        ],
        Intents =
        [
            Asks<InitiateUpload, ConfirmUploadBegun>(),
            Asks<ListInPage, ConfirmUploadListed>(),
            Asks<CloseInPage, ConfirmUploadClosedInPage>(),
            Asks<EndUpload, ConfirmHeldUploadEnded>(),
            Asks<EndListedUploads, ConfirmPageEnded>(),
            Asks<UpdateGuard, ConfirmGuardDelivered>(),
            Asks<UpdateNotifications, ConfirmNotificationsDelivered>(),
            Asks<RemoveVault, ConfirmVaultRemoved>(),
        ],
    };
}

/// <summary>Generated JSON metadata of the types in <see cref="VaultContract"/>.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(VaultBegun))]
[JsonSerializable(typeof(UploadListed))]
[JsonSerializable(typeof(UploadBegun))]
[JsonSerializable(typeof(UploadUnlisted))]
[JsonSerializable(typeof(UploadAdmitted))]
[JsonSerializable(typeof(AdmissionListed))]
[JsonSerializable(typeof(ClosingsRecorded))]
[JsonSerializable(typeof(PageCarriedOver))]
[JsonSerializable(typeof(ArchivesRecorded))]
[JsonSerializable(typeof(InventorySnapshotTaken))]
[JsonSerializable(typeof(TagsAdded))]
[JsonSerializable(typeof(TagsRemoved))]
[JsonSerializable(typeof(AccessPolicySet))]
[JsonSerializable(typeof(AccessPolicyDeleted))]
[JsonSerializable(typeof(VaultLockInitiated))]
[JsonSerializable(typeof(VaultLockCompleted))]
[JsonSerializable(typeof(VaultLockEnded))]
[JsonSerializable(typeof(GuardDelivered))]
[JsonSerializable(typeof(GuardCarriedOver))]
[JsonSerializable(typeof(NotificationsChanged))]
[JsonSerializable(typeof(NotificationsDelivered))]
[JsonSerializable(typeof(VaultDeleted))]
[JsonSerializable(typeof(VaultRemoved))]
[JsonSerializable(typeof(BeginVault))]
[JsonSerializable(typeof(DescribeVault))]
[JsonSerializable(typeof(TakeInventorySnapshot))]
[JsonSerializable(typeof(OpenUpload))]
[JsonSerializable(typeof(ListUploads))]
[JsonSerializable(typeof(ListTags))]
[JsonSerializable(typeof(AddTags))]
[JsonSerializable(typeof(RemoveTags))]
[JsonSerializable(typeof(DeleteVault))]
[JsonSerializable(typeof(CloseUpload))]
[JsonSerializable(typeof(RecordArchives))]
[JsonSerializable(typeof(FindUploadPages))]
[JsonSerializable(typeof(RecordUploadPage))]
[JsonSerializable(typeof(FindPolicies))]
[JsonSerializable(typeof(FindPoliciesForDeletion))]
[JsonSerializable(typeof(SetAccessPolicy))]
[JsonSerializable(typeof(FindAccessPolicy))]
[JsonSerializable(typeof(DeleteAccessPolicy))]
[JsonSerializable(typeof(InitiateLock))]
[JsonSerializable(typeof(FindLock))]
[JsonSerializable(typeof(CompleteLock))]
[JsonSerializable(typeof(AbortLock))]
[JsonSerializable(typeof(SetNotifications))]
[JsonSerializable(typeof(FindNotifications))]
[JsonSerializable(typeof(ClearNotifications))]
[JsonSerializable(typeof(VaultDescription))]
[JsonSerializable(typeof(InventorySnapshot))]
[JsonSerializable(typeof(UploadSpec))]
[JsonSerializable(typeof(UploadsPage))]
[JsonSerializable(typeof(UploadPagesFound))]
[JsonSerializable(typeof(VaultTags))]
[JsonSerializable(typeof(VaultPolicies))]
[JsonSerializable(typeof(VaultPolicy))]
[JsonSerializable(typeof(VaultLock))]
[JsonSerializable(typeof(VaultNotifications))]
[JsonSerializable(typeof(Refusal.VaultNotFound))]
[JsonSerializable(typeof(Refusal.VaultNotEmpty))]
[JsonSerializable(typeof(Refusal.VaultRecentlyWrittenTo))]
[JsonSerializable(typeof(Refusal.InventoryNotTaken))]
[JsonSerializable(typeof(Refusal.TooManyTags))]
[JsonSerializable(typeof(Refusal.TooManyUploads))]
[JsonSerializable(typeof(Refusal.AccessPolicyNotFound))]
[JsonSerializable(typeof(Refusal.LockNotFound))]
[JsonSerializable(typeof(Refusal.LockInProgress))]
[JsonSerializable(typeof(Refusal.LockIdDiffers))]
[JsonSerializable(typeof(Refusal.VaultLocked))]
[JsonSerializable(typeof(Refusal.NotificationsNotSet))]
[JsonSerializable(typeof(HeldUploadEnded))]
[JsonSerializable(typeof(PageUploadsEnded))]
internal sealed partial class VaultJson : JsonSerializerContext;
