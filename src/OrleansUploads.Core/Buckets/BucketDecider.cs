using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Keys;

namespace OrleansUploads.Core.Buckets;

/// <summary>The rules of a bucket: which account has the name, and whether it may be deleted.</summary>
/// <remarks>A bucket is deleted if all leaves of its index of objects are empty. Each leaf is sealed on the way, so that nothing is
/// published in a leaf that was already found empty. If a leaf is not empty, the leaves to its left are unsealed again.</remarks>
public sealed class BucketDecider : Decider<BucketState, BucketCommand, BucketEvent>
{
    public override BucketState Initial => BucketState.Empty;

    public override Decision<BucketEvent> Decide(BucketState state, BucketCommand command, ServiceTime time) => command switch
    {
        ClaimBucket c => Claim(state, c, time),
        FindBucket c => state.Phase == BucketPhase.None
            ? NotFound(state, c.Bucket)
            : Reply(Describe(state)),
        DeleteBucket c => Delete(state, c),
        ConfirmLeafSealed c => state.Phase == BucketPhase.Sealing && c.Step == state.Steps
            ? LeafSealed(state, c.Verdict)
            : Nothing,
        ConfirmLeafUnsealed c => state.Phase == BucketPhase.Unsealing && c.Step == state.Steps
            ? LeafUnsealed(state, c.Verdict)
            : Nothing,
        ConfirmBucketRemoved c => state.Deleted.Exists(deleted => deleted.Bucket == c.Bucket)
            ? Accept(new BucketRemovalDelivered(c.Bucket))
            : Nothing,
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, "Unknown command."),
    };

    public override BucketState Evolve(BucketState state, BucketEvent happened) => happened switch
    {
        BucketCreated e => state with
        {
            Phase = BucketPhase.Live,
            Incarnation = e.Bucket,
            Owner = e.Owner,
            Claim = e.Claim,
            CreatedAt = e.At,
        },
        BucketSealingBegun => Step(state) with { Phase = BucketPhase.Sealing, Leaf = LeafName.First },
        BucketLeafSealed e => Step(state) with { Leaf = e.Next },
        BucketFoundNotEmpty => Step(state) with { Phase = BucketPhase.Unsealing, Leaf = LeafName.First },
        BucketLeafUnsealed { Next: { } next } => Step(state) with { Leaf = next },
        BucketLeafUnsealed => Step(state) with { Phase = BucketPhase.Live, Leaf = default },
        BucketDeleted => Step(state) with
        {
            Phase = BucketPhase.None,
            Leaf = default,
            Deleted = state.Deleted.Add(new DeletedBucket(state.Incarnation, state.Owner)),
        },
        BucketRemovalDelivered e => state with { Deleted = state.Deleted.RemoveAll(deleted => deleted.Bucket == e.Bucket) },
        _ => throw new InvalidOperationException($"Unexpected event {happened.GetType().Name}."),
    };

    public override IEnumerable<Intent> Pending(BucketState state)
    {
        foreach (var deleted in state.Deleted)
        {
            yield return TellOwner(deleted);
        }

        if (state.Phase == BucketPhase.Sealing)
        {
            yield return SealNext(state);
        }
        else if (state.Phase == BucketPhase.Unsealing)
        {
            yield return UnsealNext(state);
        }
    }

    public override int SnapshotCost(BucketState state) => state.Deleted.Count;

    private static Decision<BucketEvent> Claim(BucketState state, ClaimBucket command, ServiceTime time)
    {
        if (state.Phase != BucketPhase.None)
        {
            return Reply(new BucketClaim(state.Owner == command.Account ? Describe(state) : null));
        }

        if (state.Owner == command.Account && command.Claim <= state.Claim)
        {
            // A late repetition of the claim that created an incarnation which has been deleted since.
            return Reply(new BucketClaim(Bucket: null));
        }

        var created = new BucketCreated(
            new BucketIncarnation(command.Bucket, state.Incarnation.Epoch + 1), command.Account, command.Claim, time.Now);
        return Accept(
            new BucketClaim(new BucketDescription(created.Bucket, created.Owner, created.At)), created);
    }

    private Decision<BucketEvent> Delete(BucketState state, DeleteBucket command)
    {
        if (state.Phase == BucketPhase.None)
        {
            return NotFound(state, command.Bucket);
        }

        if (state.Owner != command.Account)
        {
            return Refuse(new ObjectRefusal.BucketOwnedByOther(command.Bucket));
        }

        switch (state.Phase)
        {
            case BucketPhase.Sealing:
                return Repeat(Done.Instance);
            case BucketPhase.Unsealing:
                return Repeat(new ObjectRefusal.BucketNotEmpty(command.Bucket));
            default:
                var begun = new BucketSealingBegun();
                return Accept(begun).Raising(SealNext(Evolve(state, begun)));
        }
    }

    /// <summary>Waits until the former owner knows of the deletion. Otherwise the former owner would answer a request to create the
    /// bucket again as if it still had the bucket.</summary>
    private static Decision<BucketEvent> NotFound(BucketState state, BucketName bucket) =>
        Refuse(new ObjectRefusal.BucketNotFound(bucket)).Raising([.. state.Deleted.Select(TellOwner)]);

    private Decision<BucketEvent> LeafSealed(BucketState state, LeafSealVerdict verdict)
    {
        switch (verdict)
        {
            case { IsEmpty: true, Right: { } next }:
                var isSealed = new BucketLeafSealed(next);
                return Accept(isSealed).Raising(SealNext(Evolve(state, isSealed)));
            case { IsEmpty: true }:
                var deleted = new BucketDeleted();
                return Accept(deleted).Raising(TellOwner(Evolve(state, deleted).Deleted[^1]));
            default:
                var found = new BucketFoundNotEmpty();
                return Accept(found).Raising(UnsealNext(Evolve(state, found)));
        }
    }

    /// <summary>Goes on to the right until a leaf that has entries, which was never sealed.</summary>
    private Decision<BucketEvent> LeafUnsealed(BucketState state, LeafSealVerdict verdict)
    {
        var unsealed = new BucketLeafUnsealed(verdict.IsEmpty ? verdict.Right : null);
        var after = Evolve(state, unsealed);
        return after.Phase == BucketPhase.Unsealing ? Accept(unsealed).Raising(UnsealNext(after)) : Accept(unsealed);
    }

    /// <summary>Counts a step, so that a confirmation of an earlier one, perhaps of an earlier pass over the same leaf, is
    /// recognized.</summary>
    private static BucketState Step(BucketState state) => state with { Steps = state.Steps + 1 };

    private static BucketDescription Describe(BucketState state) => new(state.Incarnation, state.Owner, state.CreatedAt);

    private static LeafId LeafOf(BucketState state) =>
        new(new KeyIndexId(state.Incarnation, KeyTree.Objects), state.Leaf);

    private static Intent SealNext(BucketState state)
    {
        var leaf = LeafOf(state);
        var name = state.Incarnation.Name;
        return new Intent(
            string.Create(CultureInfo.InvariantCulture, $"seal/{state.Steps}"),
            new TellEntity(leaf.Entity, new SealLeaf(state.Steps) { Leaf = leaf }),
            verdict => new ConfirmLeafSealed(state.Steps, (LeafSealVerdict)verdict))
        {
            Revises = (answer, verdict) => verdict is LeafSealVerdict { IsEmpty: false }
                ? new ObjectRefusal.BucketNotEmpty(name)
                : answer,
        };
    }

    private static Intent UnsealNext(BucketState state)
    {
        var leaf = LeafOf(state);
        return new Intent(
            string.Create(CultureInfo.InvariantCulture, $"unseal/{state.Steps}"),
            new TellEntity(leaf.Entity, new UnsealLeaf(state.Steps) { Leaf = leaf }),
            verdict => new ConfirmLeafUnsealed(state.Steps, (LeafSealVerdict)verdict));
    }

    private static Intent TellOwner(DeletedBucket deleted) => new(
        "remove/" + deleted.Bucket,
        new TellEntity(deleted.Owner.Entity, new RemoveBucket(deleted.Bucket)),
        new ConfirmBucketRemoved(deleted.Bucket));
}
