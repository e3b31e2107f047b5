using System.Text.Json.Serialization;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Entities;

namespace OrleansUploads.Engine.Stored;

/// <summary>The names under which events are stored. A name is never given to another shape: a new shape gets a new name,
/// and the old one stays readable.</summary>
internal static class StoredEvents
{
    public static EventCodec<AccountEvent> Account { get; } = new(
        ("vault-taken-in.1", typeof(VaultTakenIn)),
        ("vault-confirmed.1", typeof(VaultConfirmed)),
        ("vault-taken-out.1", typeof(VaultTakenOut)),
        ("data-retrieval-policy-set.1", typeof(DataRetrievalPolicySet)),
        ("retrieval-admitted.1", typeof(RetrievalAdmitted)),
        ("capacity-purchased.1", typeof(CapacityPurchased)),
        ("epoch-carried-over.1", typeof(EpochCarriedOver)));

    public static EventCodec<VaultEvent> Vault { get; } = new EventCodec<VaultEvent>(
        ("vault-begun.1", typeof(VaultBegun)),
        ("upload-listed.1", typeof(UploadListed)),
        ("upload-begun.1", typeof(UploadBegun)),
        ("upload-unlisted.1", typeof(UploadUnlisted)),
        ("archives-recorded.1", typeof(ArchivesRecorded)),
        ("inventory-taken.1", typeof(InventoryTaken)),
        ("tags-added.1", typeof(TagsAdded)),
        ("tags-removed.1", typeof(TagsRemoved)),
        ("access-policy-set.1", typeof(AccessPolicySet)),
        ("access-policy-deleted.1", typeof(AccessPolicyDeleted)),
        ("vault-lock-initiated.1", typeof(VaultLockInitiated)),
        ("vault-lock-completed.1", typeof(VaultLockCompleted)),
        ("vault-lock-ended.1", typeof(VaultLockEnded)),
        ("notifications-changed.1", typeof(NotificationsChanged)),
        ("notifications-told.1", typeof(NotificationsTold)),
        ("vault-deleted.1", typeof(VaultDeleted)),
        ("vault-removed.1", typeof(VaultRemoved)))
        .Widened<UploadListed>("upload-listed.2", static listed => IsElsewhere(listed.Opening));

    public static EventCodec<ArchiveShardEvent> ArchiveShard { get; } = new EventCodec<ArchiveShardEvent>(
        ("shard-opened.1", typeof(ShardOpened)),
        ("archive-added.1", typeof(ArchiveAdded)),
        ("archive-deleted.1", typeof(ArchiveDeleted)),
        ("totals-told.1", typeof(TotalsTold)),
        ("release-told.1", typeof(ReleaseTold)),
        ("deletions-forgotten.1", typeof(DeletionsForgotten)),
        ("shard-carried-over.1", typeof(ShardCarriedOver)),
        ("shard-snapshot.1", typeof(ShardSnapshot)))
        .Widened<ArchiveAdded>("archive-added.2", static added => IsElsewhere(added.Entry))
        .Widened<ShardSnapshot>("shard-snapshot.2", static snapshot => snapshot.Archives.Any(a => IsElsewhere(a.Entry)));

    public static EventCodec<JobsEvent> Jobs { get; } = new(
        ("retrieval-started.1", typeof(RetrievalStarted)),
        ("inventory-started.1", typeof(InventoryStarted)),
        ("vault-topic-taken.1", typeof(VaultTopicTaken)),
        ("job-finished.1", typeof(JobFinished)),
        ("notice-sent.1", typeof(NoticeSent)),
        ("notice-given-up.1", typeof(NoticeGivenUp)),
        ("jobs-expired.1", typeof(JobsExpired)));

    public static EventCodec<UploadEvent> Upload { get; } = new EventCodec<UploadEvent>(
        ("upload-initiated.1", typeof(UploadInitiated)),
        ("part-stored.1", typeof(PartStored)),
        ("located-part-stored.1", typeof(LocatedPartStored)),
        ("attempts-fenced.1", typeof(AttemptsFenced)),
        ("upload-completed.1", typeof(UploadCompleted)),
        ("manifest-stored.1", typeof(ManifestStored)),
        ("archive-indexed.1", typeof(ArchiveIndexed)),
        ("upload-aborted.1", typeof(UploadAborted)),
        ("upload-expired.1", typeof(UploadExpired)),
        ("upload-closed.1", typeof(UploadClosed)),
        ("archive-released.1", typeof(ArchiveReleased)))
        .Widened<UploadInitiated>("upload-initiated.2", static initiated => IsElsewhere(initiated.Opening));

    private static bool IsElsewhere(UploadOpening opening) => opening.Custody != Custody.Gateway;

    private static bool IsElsewhere(ArchiveEntry entry) => entry.Custody != Custody.Gateway;
}

/// <summary>How the events' members are stored: generated at build time, so nothing is found out by reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectRequiredConstructorParameters = false,
    Converters = [
        typeof(UploadIdConverter), typeof(ArchiveIdConverter), typeof(JobIdConverter), typeof(AttemptIdConverter),
        typeof(VaultLifeConverter), typeof(DescriptionConverter), typeof(TreeHashConverter), typeof(PartRangeConverter),
        typeof(PartSizeConverter), typeof(PartLocationConverter), typeof(InstantConverter), typeof(LockIdConverter),
        typeof(CapacityIdConverter)])]
[JsonSerializable(typeof(VaultTakenIn))]
[JsonSerializable(typeof(VaultConfirmed))]
[JsonSerializable(typeof(VaultTakenOut))]
[JsonSerializable(typeof(EpochCarriedOver))]
[JsonSerializable(typeof(DataRetrievalPolicySet))]
[JsonSerializable(typeof(RetrievalAdmitted))]
[JsonSerializable(typeof(CapacityPurchased))]
[JsonSerializable(typeof(VaultBegun))]
[JsonSerializable(typeof(UploadListed))]
[JsonSerializable(typeof(UploadBegun))]
[JsonSerializable(typeof(UploadUnlisted))]
[JsonSerializable(typeof(ArchivesRecorded))]
[JsonSerializable(typeof(InventoryTaken))]
[JsonSerializable(typeof(TagsAdded))]
[JsonSerializable(typeof(TagsRemoved))]
[JsonSerializable(typeof(AccessPolicySet))]
[JsonSerializable(typeof(AccessPolicyDeleted))]
[JsonSerializable(typeof(VaultLockInitiated))]
[JsonSerializable(typeof(VaultLockCompleted))]
[JsonSerializable(typeof(VaultLockEnded))]
[JsonSerializable(typeof(NotificationsChanged))]
[JsonSerializable(typeof(NotificationsTold))]
[JsonSerializable(typeof(VaultDeleted))]
[JsonSerializable(typeof(VaultRemoved))]
[JsonSerializable(typeof(ShardOpened))]
[JsonSerializable(typeof(ArchiveAdded))]
[JsonSerializable(typeof(ArchiveDeleted))]
[JsonSerializable(typeof(TotalsTold))]
[JsonSerializable(typeof(ReleaseTold))]
[JsonSerializable(typeof(DeletionsForgotten))]
[JsonSerializable(typeof(ShardCarriedOver))]
[JsonSerializable(typeof(ShardSnapshot))]
[JsonSerializable(typeof(RetrievalStarted))]
[JsonSerializable(typeof(InventoryStarted))]
[JsonSerializable(typeof(VaultTopicTaken))]
[JsonSerializable(typeof(JobFinished))]
[JsonSerializable(typeof(NoticeSent))]
[JsonSerializable(typeof(NoticeGivenUp))]
[JsonSerializable(typeof(JobsExpired))]
[JsonSerializable(typeof(UploadInitiated))]
[JsonSerializable(typeof(PartStored))]
[JsonSerializable(typeof(LocatedPartStored))]
[JsonSerializable(typeof(AttemptsFenced))]
[JsonSerializable(typeof(UploadCompleted))]
[JsonSerializable(typeof(ManifestStored))]
[JsonSerializable(typeof(ArchiveIndexed))]
[JsonSerializable(typeof(UploadAborted))]
[JsonSerializable(typeof(UploadExpired))]
[JsonSerializable(typeof(UploadClosed))]
[JsonSerializable(typeof(ArchiveReleased))]
internal sealed partial class StoredEventsJson : JsonSerializerContext;
