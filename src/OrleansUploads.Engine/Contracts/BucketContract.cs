using System.Text.Json.Serialization;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Values;
using static OrleansUploads.Engine.Contracts.IntentShape;
using static OrleansUploads.Engine.Contracts.NamedShape;

namespace OrleansUploads.Engine.Contracts;

/// <summary>The events, commands, answers, refusals and intents of a bucket.</summary>
internal static class BucketContract
{
    /// <summary>The table.</summary>
    public static EntityContract<BucketCommand, BucketEvent> Table { get; } = new(EntityKind.Bucket, BucketJson.Default)
    {
        Events =
        [
            Named<BucketCreated>("bucket-created.1"),
            Named<BucketSealingBegun>("bucket-sealing-begun.1"),
            Named<BucketLeafSealed>("bucket-leaf-sealed.1"),
            Named<BucketFoundNotEmpty>("bucket-found-not-empty.1"),
            Named<BucketLeafUnsealed>("bucket-leaf-unsealed.1"),
            Named<BucketDeleted>("bucket-deleted.1"),
            Named<BucketRemovalDelivered>("bucket-removal-delivered.1"),
            Named<BucketSnapshot>("bucket-snapshot.1"),
        ],
        Commands =
        [
            Named<ClaimBucket>("claim-bucket.1"),
            Named<FindBucket>("find-bucket.1"),
            Named<DeleteBucket>("delete-bucket.1"),
        ],
        Answers =
        [
            Named<BucketDescription>("bucket-description.1"),
            Named<BucketClaim>("bucket-claim.1"),
        ],
        Refusals =
        [
            Named<ObjectRefusal.BucketNotFound>("refused-bucket-not-found.1"),
            Named<ObjectRefusal.BucketOwnedByOther>("refused-bucket-owned-by-other.1"),
            Named<ObjectRefusal.BucketNotEmpty>("refused-bucket-not-empty.1"),
        ],
        Intents =
        [
            Asks<SealLeaf, ConfirmLeafSealed>(),
            Asks<UnsealLeaf, ConfirmLeafUnsealed>(),
            Asks<RemoveBucket, ConfirmBucketRemoved>(),
        ],
    };
}

/// <summary>Generated JSON metadata of the types in <see cref="BucketContract"/>.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(BucketCreated))]
[JsonSerializable(typeof(BucketSealingBegun))]
[JsonSerializable(typeof(BucketLeafSealed))]
[JsonSerializable(typeof(BucketFoundNotEmpty))]
[JsonSerializable(typeof(BucketLeafUnsealed))]
[JsonSerializable(typeof(BucketDeleted))]
[JsonSerializable(typeof(BucketRemovalDelivered))]
[JsonSerializable(typeof(BucketSnapshot))]
[JsonSerializable(typeof(ClaimBucket))]
[JsonSerializable(typeof(FindBucket))]
[JsonSerializable(typeof(DeleteBucket))]
[JsonSerializable(typeof(BucketDescription))]
[JsonSerializable(typeof(BucketClaim))]
[JsonSerializable(typeof(ObjectRefusal.BucketNotFound))]
[JsonSerializable(typeof(ObjectRefusal.BucketOwnedByOther))]
[JsonSerializable(typeof(ObjectRefusal.BucketNotEmpty))]
internal sealed partial class BucketJson : JsonSerializerContext;
