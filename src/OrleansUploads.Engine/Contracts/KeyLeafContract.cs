using System.Text.Json.Serialization;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Values;
using static OrleansUploads.Engine.Contracts.IntentShape;
using static OrleansUploads.Engine.Contracts.NamedShape;

namespace OrleansUploads.Engine.Contracts;

/// <summary>The events, commands, answers, refusals and intents of a leaf of an ordered index.</summary>
internal static class KeyLeafContract
{
    /// <summary>The table.</summary>
    public static EntityContract<KeyLeafCommand, KeyLeafEvent> Table { get; } = new(EntityKind.KeyLeaf, KeyLeafJson.Default)
    {
        Events =
        [
            Named<LeafOpened>("leaf-opened.1"),
            Named<KeysAdopted>("keys-adopted.1").Widened("keys-adopted.2", static adopted => adopted.Left is not null),
            Named<ObjectAdded>("object-added.1"),
            Named<PublicationRefused>("publication-refused.1"),
            Named<ObjectRemoved>("object-removed.1"),
            Named<PublicationSettled>("publication-settled.1"),
            Named<ObjectReleaseDelivered>("object-release-delivered.1"),
            Named<ListedUploadAdded>("listed-upload-added.1"),
            Named<ListedUploadRemoved>("listed-upload-removed.1"),
            Named<SplitBegun>("split-begun.1"),
            Named<KeysMoved>("keys-moved.1"),
            Named<RouteDelivered>("route-delivered.1"),
            Named<LeafSealed>("leaf-sealed.1"),
            Named<LeafUnsealed>("leaf-unsealed.1"),
            Named<LeafSnapshot>("leaf-snapshot.1").Widened("leaf-snapshot.2", static stored => stored.Left is not null),
            Named<GivingBegun>("giving-begun.1"),
            Named<RangeTaken>("range-taken.1"),
            Named<RangeGiven>("range-given.1"),
            Named<RouteWithdrawn>("route-withdrawn.1"),
            Named<TicketIssued>("ticket-issued.1"),
        ],
        Commands =
        [
            Named<TakeTicket>("take-ticket.1"),
            Named<IssueTicket>("issue-ticket.1"),
            Named<PublishObject>("publish-object.1")
                .Widened("publish-object.2", static publish => publish.Condition is { MustExist: not null }),
            Named<SettlePublication>("settle-publication.1"),
            Named<DeleteObject>("delete-object.1")
                .Widened("delete-object.2", static delete => delete.Condition is { MustExist: not null }),
            Named<FindObject>("find-object.1"),
            Named<ListObjectUpload>("list-object-upload.1"),
            Named<UnlistObjectUpload>("unlist-object-upload.1"),
            Named<ReadLeaf>("read-leaf.1"),
            Named<AdoptKeys>("adopt-keys.1").Widened("adopt-keys.2", static adopt => adopt.Left is not null),
            Named<TakeRange>("take-range.1"),
            Named<SealLeaf>("seal-leaf.1"),
            Named<UnsealLeaf>("unseal-leaf.1"),
        ],
        Answers =
        [
            Named<KeyEntry>("key-entry.1"),
            Named<LeafPage>("leaf-page.1"),
            Named<LeafSealVerdict>("leaf-seal-verdict.1"),
            Named<PublicationVerdict.Published>("publication-published.1"),
            Named<PublicationVerdict.ConditionFailed>("publication-condition-failed.1"),
            Named<PublicationVerdict.BucketDeleted>("publication-bucket-deleted.1"),
            Named<PublicationVerdict.Overwritten>("publication-overwritten.1"),
            Named<PublicationVerdict.Overtaken>("publication-overtaken.1"),
            Named<KeyTicket>("key-ticket.1"),
        ],
        Refusals =
        [
            Named<ObjectRefusal.KeyNotFound>("refused-key-not-found.1"),
            Named<ObjectRefusal.PreconditionFailed>("refused-precondition-failed.1"),
            Named<ObjectRefusal.PositionMoved>("refused-position-moved.1"),
            Named<ObjectRefusal.LeafNotReady>("refused-leaf-not-ready.1"),
            Named<ObjectRefusal.LeafIsSealed>("refused-leaf-is-sealed.1"),
        ],
        Intents =
        [
            Asks<AdoptKeys, ConfirmKeysAdopted>(),
            Asks<AddRoute, ConfirmRouteAdded>(),
            Asks<TakeRange, ConfirmRangeTaken>(),
            Asks<RemoveRoute, ConfirmRouteRemoved>(),
            Asks<ReleaseObject, ConfirmObjectReleased>(),
        ],
    };
}

/// <summary>Generated JSON metadata of the types in <see cref="KeyLeafContract"/>.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(LeafOpened))]
[JsonSerializable(typeof(KeysAdopted))]
[JsonSerializable(typeof(ObjectAdded))]
[JsonSerializable(typeof(PublicationRefused))]
[JsonSerializable(typeof(ObjectRemoved))]
[JsonSerializable(typeof(PublicationSettled))]
[JsonSerializable(typeof(ObjectReleaseDelivered))]
[JsonSerializable(typeof(ListedUploadAdded))]
[JsonSerializable(typeof(ListedUploadRemoved))]
[JsonSerializable(typeof(SplitBegun))]
[JsonSerializable(typeof(KeysMoved))]
[JsonSerializable(typeof(RouteDelivered))]
[JsonSerializable(typeof(LeafSealed))]
[JsonSerializable(typeof(LeafUnsealed))]
[JsonSerializable(typeof(LeafSnapshot))]
[JsonSerializable(typeof(GivingBegun))]
[JsonSerializable(typeof(RangeTaken))]
[JsonSerializable(typeof(RangeGiven))]
[JsonSerializable(typeof(RouteWithdrawn))]
[JsonSerializable(typeof(TicketIssued))]
[JsonSerializable(typeof(TakeRange))]
[JsonSerializable(typeof(TakeTicket))]
[JsonSerializable(typeof(IssueTicket))]
[JsonSerializable(typeof(PublishObject))]
[JsonSerializable(typeof(SettlePublication))]
[JsonSerializable(typeof(DeleteObject))]
[JsonSerializable(typeof(FindObject))]
[JsonSerializable(typeof(ListObjectUpload))]
[JsonSerializable(typeof(UnlistObjectUpload))]
[JsonSerializable(typeof(ReadLeaf))]
[JsonSerializable(typeof(AdoptKeys))]
[JsonSerializable(typeof(SealLeaf))]
[JsonSerializable(typeof(UnsealLeaf))]
[JsonSerializable(typeof(KeyEntry))]
[JsonSerializable(typeof(LeafPage))]
[JsonSerializable(typeof(LeafSealVerdict))]
[JsonSerializable(typeof(PublicationVerdict.Published))]
[JsonSerializable(typeof(PublicationVerdict.ConditionFailed))]
[JsonSerializable(typeof(PublicationVerdict.BucketDeleted))]
[JsonSerializable(typeof(PublicationVerdict.Overwritten))]
[JsonSerializable(typeof(PublicationVerdict.Overtaken))]
[JsonSerializable(typeof(KeyTicket))]
[JsonSerializable(typeof(ObjectRefusal.KeyNotFound))]
[JsonSerializable(typeof(ObjectRefusal.PreconditionFailed))]
[JsonSerializable(typeof(ObjectRefusal.PositionMoved))]
[JsonSerializable(typeof(ObjectRefusal.LeafNotReady))]
[JsonSerializable(typeof(ObjectRefusal.LeafIsSealed))]
internal sealed partial class KeyLeafJson : JsonSerializerContext;
