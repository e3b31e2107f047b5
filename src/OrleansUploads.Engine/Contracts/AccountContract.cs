using System.Text.Json.Serialization;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Values;
using OrleansUploads.Core.Vaults;
using static OrleansUploads.Engine.Contracts.IntentShape;
using static OrleansUploads.Engine.Contracts.NamedShape;

namespace OrleansUploads.Engine.Contracts;

/// <summary>The events, commands, answers, refusals and intents of an account.</summary>
internal static class AccountContract
{
    /// <summary>The table.</summary>
    public static EntityContract<AccountCommand, AccountEvent> Table { get; } = new(EntityKind.Account, AccountJson.Default)
    {
        Events =
        [
            Named<VaultRegistered>("vault-taken-in.1"),
            Named<VaultConfirmed>("vault-confirmed.1"),
            Named<VaultUnregistered>("vault-taken-out.1"),
            Named<DataRetrievalPolicySet>("data-retrieval-policy-set.1"),
            Named<RetrievalAdmitted>("retrieval-admitted.1"),
            Named<CapacityPurchased>("capacity-purchased.1"),
            Named<EpochCarriedOver>("epoch-carried-over.1"),
            Named<BucketClaimed>("bucket-claimed.1"),
            Named<BucketConfirmed>("bucket-confirmed.1"),
            Named<BucketUnregistered>("bucket-unregistered.1"),
        ],
        Commands =
        [
            Named<CreateVault>("create-vault.1"),
            Named<ListVaults>("list-vaults.1"),
            Named<RemoveVault>("remove-vault.1"),
            Named<FindDataRetrievalPolicy>("find-data-retrieval-policy.1"),
            Named<SetDataRetrievalPolicy>("set-data-retrieval-policy.1"),
            Named<AdmitRetrieval>("admit-retrieval.1"),
            Named<PurchaseCapacity>("purchase-capacity.1"),
            Named<ListCapacity>("list-capacity.1"),
            Named<CreateBucket>("create-bucket.1"),
            Named<ListBuckets>("list-buckets.1")
                .Widened("list-buckets.2", static list => list.Prefix is not null),
            Named<RemoveBucket>("remove-bucket.1"),
        ],
        Answers =
        [
            Named<VaultsPage>("vaults-page.1"),
            Named<DataRetrievalPolicy>("data-retrieval-policy.1"),
            Named<CapacityUnit>("capacity-unit.1"),
            Named<CapacityUnits>("capacity-units.1"),
            Named<CreatedBucket>("created-bucket.1"),
            Named<BucketsPage>("buckets-page.1"),
        ],
        Refusals =
        [
            Named<Refusal.TooManyVaults>("refused-too-many-vaults.1"),
            Named<Refusal.RetrievalNotAdmitted>("refused-retrieval-not-admitted.1"),
            Named<Refusal.TooManyCapacityUnits>("refused-too-many-capacity-units.1"),
            Named<ObjectRefusal.TooManyBuckets>("refused-too-many-buckets.1"),
        ],
        Intents =
        [
            Asks<BeginVault, ConfirmVaultBegun>(),
            Asks<ClaimBucket, ConfirmBucketClaim>(),
        ],
    };
}

/// <summary>Generated JSON metadata of the types in <see cref="AccountContract"/>.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(VaultRegistered))]
[JsonSerializable(typeof(VaultConfirmed))]
[JsonSerializable(typeof(VaultUnregistered))]
[JsonSerializable(typeof(DataRetrievalPolicySet))]
[JsonSerializable(typeof(RetrievalAdmitted))]
[JsonSerializable(typeof(CapacityPurchased))]
[JsonSerializable(typeof(EpochCarriedOver))]
[JsonSerializable(typeof(BucketClaimed))]
[JsonSerializable(typeof(BucketConfirmed))]
[JsonSerializable(typeof(BucketUnregistered))]
[JsonSerializable(typeof(CreateVault))]
[JsonSerializable(typeof(ListVaults))]
[JsonSerializable(typeof(RemoveVault))]
[JsonSerializable(typeof(FindDataRetrievalPolicy))]
[JsonSerializable(typeof(SetDataRetrievalPolicy))]
[JsonSerializable(typeof(AdmitRetrieval))]
[JsonSerializable(typeof(PurchaseCapacity))]
[JsonSerializable(typeof(ListCapacity))]
[JsonSerializable(typeof(CreateBucket))]
[JsonSerializable(typeof(ListBuckets))]
[JsonSerializable(typeof(RemoveBucket))]
[JsonSerializable(typeof(VaultsPage))]
[JsonSerializable(typeof(DataRetrievalPolicy))]
[JsonSerializable(typeof(CapacityUnit))]
[JsonSerializable(typeof(CapacityUnits))]
[JsonSerializable(typeof(CreatedBucket))]
[JsonSerializable(typeof(BucketsPage))]
[JsonSerializable(typeof(Refusal.TooManyVaults))]
[JsonSerializable(typeof(Refusal.RetrievalNotAdmitted))]
[JsonSerializable(typeof(Refusal.TooManyCapacityUnits))]
[JsonSerializable(typeof(ObjectRefusal.TooManyBuckets))]
internal sealed partial class AccountJson : JsonSerializerContext;
