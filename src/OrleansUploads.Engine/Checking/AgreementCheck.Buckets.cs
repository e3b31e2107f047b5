using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Keys;

namespace OrleansUploads.Engine.Checking;

/// <content>Checks buckets against their account and their leaves.</content>
internal sealed partial class AgreementCheck
{
    /// <summary>Compares an account with its buckets. A bucket tells its account of its deletion until the account has recorded
    /// it.</summary>
    private IEnumerable<Damage> FindInBuckets(EntityId account, AccountState state)
    {
        foreach (var listed in state.Buckets.Values)
        {
            if (listed.Bucket is { Bucket: var bucket }
                && FaultOf(bucket) is { } fault
                && states.ReadAccount(account).Buckets.GetValueOrDefault(listed.Name.ToString()) == listed)
            {
                yield return new Damage(DamageKind.Index, fault) { Bucket = listed.Name };
            }
        }
    }

    private IEnumerable<Damage> Find(EntityId entity, BucketState bucket)
    {
        if (bucket.Phase != BucketPhase.None
            && FaultOfOwner(bucket) is { } fault
            && states.ReadBucket(entity) is { Phase: not BucketPhase.None } still
            && still.Incarnation == bucket.Incarnation)
        {
            yield return new Damage(DamageKind.Index, fault) { Bucket = bucket.Incarnation.Name };
        }
    }

    private string? FaultOf(BucketIncarnation incarnation) => DescribeFault(() =>
    {
        var bucket = states.ReadBucket(incarnation.Name.Entity);
        return (bucket.Phase != BucketPhase.None && bucket.Incarnation == incarnation)
            || bucket.Deleted.Exists(deleted => deleted.Bucket == incarnation)
                ? null
                : bucket.Incarnation.Epoch < incarnation.Epoch
                    ? "the account has the bucket, but the journal has no history of it"
                    : "the account has a different incarnation of the bucket than the bucket itself";
    });

    /// <summary>An account claims a name before it has the bucket, and has it until it was told of its deletion.</summary>
    private string? FaultOfOwner(BucketState bucket) => DescribeFault(() =>
    {
        var listed = states.ReadAccount(bucket.Owner.Entity).Buckets.GetValueOrDefault(bucket.Incarnation.Name.ToString());
        return listed switch
        {
            null => $"the bucket belongs to account {bucket.Owner}, but the account does not have it",
            { Bucket: null } => listed.Claim == bucket.Claim
                ? null
                : $"the bucket was created for claim {bucket.Claim} of account {bucket.Owner}, but the account knows claim {listed.Claim}",
            { Bucket: { } known } => known.Bucket == bucket.Incarnation
                ? null
                : "the account has a different incarnation of the bucket than the bucket itself",
        };
    });

    /// <summary>Compares a leaf with its bucket. A bucket records each step of its deletion before the leaf hears of it.</summary>
    private string? FaultOfBucket(KeyLeafState leaf) => DescribeFault(() =>
    {
        var index = leaf.Leaf.Index;
        var bucket = states.ReadBucket(index.Bucket.Name.Entity);
        if (bucket.Incarnation.Epoch < index.Bucket.Epoch)
        {
            return $"leaf {leaf.Leaf} has a history, but the journal has none of this incarnation of the bucket";
        }

        if (leaf.SealStep > bucket.Steps)
        {
            return $"leaf {leaf.Leaf} has recorded step {leaf.SealStep} of a deletion of its bucket, but the bucket only {bucket.Steps}";
        }

        var exists = bucket.Phase != BucketPhase.None && bucket.Incarnation == index.Bucket;
        if (!exists && index.Tree == KeyTree.Objects && !leaf.Entries.IsEmpty)
        {
            return $"the bucket was deleted, but leaf {leaf.Leaf} has objects";
        }

        return exists && bucket.Phase == BucketPhase.Live && leaf.Phase == LeafPhase.Sealed
            ? $"leaf {leaf.Leaf} takes no entries, although its bucket is not being deleted"
            : null;
    });
}
