using OrleansUploads.Core.Buckets;

namespace OrleansUploads.Simulation.Objects;

/// <summary>Mistakes in the rules of keys and objects. The simulation must notice each of them.</summary>
internal static class ObjectBugs
{
    public static IEnumerable<BugCase> All => new[] { OfLeaves.All, OfBuckets.All, OfUploads.All }.SelectMany(bugs => bugs).Select(
        bug => bug with { Play = (seed, plant) => ObjectSimulation.Run(seed, plant).Violation });

    private abstract class OfBuckets : BugsOf<BucketState, BucketCommand, BucketEvent>
    {
        public static BugCase[] All { get; } =
        [
            Bug("a bucket never unseals its leaves", 3000, right => new(right)
            {
                Decides = (state, command, time) =>
                {
                    var decision = right.Decide(state, command, time);
                    return decision.Events is [BucketFoundNotEmpty found]
                        ? Accept(decision.Answer, found, new BucketLeafUnsealed(Next: null))
                        : decision;
                },
            }),
        ];
    }

    private abstract class OfLeaves : BugsOf<KeyLeafState, KeyLeafCommand, KeyLeafEvent>
    {
        public static BugCase[] All { get; } =
        [
            Bug("a split loses a key", 300, right => new(right)
            {
                Evolves = (state, happened) => right.Evolve(
                    state, happened is KeysAdopted adopted ? adopted with { Entries = [.. adopted.Entries.Skip(1)] } : happened),
            }),
            Bug("a leaf takes keys that it is moving away", 3000, right => new(right)
            {
                Decides = (state, command, time) =>
                    command is PublishObject publish && state.Split is { Next: not null } split && PositionOf(publish) >= split.At
                        ? Accept(new PublicationVerdict.Published(), new ObjectAdded(publish.Entry, publish.Round, time.Now))
                        : right.Decide(state, command, time),
            }),
            Bug("a leaf adopts the same keys again", 3000, right => new(right)
            {
                Decides = (state, command, time) => command is AdoptKeys { Leaf: { } leaf } adopt
                    ? Accept(new KeysAdopted(
                        leaf, adopt.From, adopt.Upper, adopt.Right, adopt.Sequence, adopt.IsLast, adopt.Entries, adopt.Publications))
                    : right.Decide(state, command, time),
            }),
            Bug("a leaf with a link reads as if it were the last one", 300, right => new(right)
            {
                Decides = (state, command, time) =>
                {
                    var decision = right.Decide(state, command, time);
                    return decision.Answer is LeafPage page && decision.Events.IsEmpty
                        ? Reply(page with { Upper = null, Right = null })
                        : decision;
                },
            }),
            Bug("a condition is not looked at", 300, right => new(right)
            {
                Decides = (state, command, time) =>
                    right.Decide(state, command is PublishObject publish ? publish with { Condition = null } : command, time),
            }),
            Bug("a repeated publication publishes again", 300, right => new(right)
            {
                Decides = (state, command, time) => right.Decide(
                    command is PublishObject ? state with { Unsettled = KeyLeafState.Unborn.Unsettled } : state,
                    Renewed(state, command),
                    time),
            }),
            Bug("a publication ignores its ticket", 300, right => new(right)
            {
                Decides = (state, command, time) => right.Decide(state, Renewed(state, command), time),
            }),
            Bug("a deletion of nothing is not counted as a change", 1500, right => new(right)
            {
                Decides = (state, command, time) =>
                    command is DeleteObject delete && state.Phase == LeafPhase.Live && state.End is null
                    && state.FindEntry(new KeyPosition(delete.Key.ToString())) is null
                        ? Nothing
                        : right.Decide(state, command, time),
            }),
            Bug("a forgotten deletion counts as no change", 3000, right => new(right)
            {
                Evolves = (state, happened) =>
                {
                    var after = right.Evolve(state, happened);
                    return after with { Changes = after.Changes with { Deletions = [] } };
                },
            }),
            Bug("changes of keys do not move with a split", 3000, right => new(right)
            {
                Evolves = (state, happened) =>
                {
                    var after = right.Evolve(state, happened is KeysAdopted adopted ? adopted with { Changes = null } : happened);
                    return happened is KeysAdopted ? after with { Changes = after.Changes with { Newest = long.MaxValue / 2 } } : after;
                },
            }),
            Bug("an object is put before a change that depends on what the key had", 10_000, right => new(right)
            {
                Evolves = (state, happened) => right.Evolve(
                    state, happened is ObjectAdded { Ticket: null } added ? added with { Ticket = state.Changes.Newest } : happened),
            }),
            Bug("of two publications with equal tickets the second comes second", 1500, right => new(right)
            {
                Decides = (state, command, time) => right.Decide(
                    state, command is PublishObject publish && HasEqualTicket(state, publish) ? Renewed(state, command) : command, time),
            }),
            Bug("of two publications with equal tickets the second comes first", 3000, right => new(right)
            {
                Decides = (state, command, time) =>
                {
                    var decision = right.Decide(state, command, time);
                    return decision.Answer is PublicationVerdict.Overtaken && HasEqualTicket(state, (PublishObject)command)
                        ? Reply(new PublicationVerdict.Overwritten(time.Now))
                        : decision;
                },
            }),
            Bug("an overwrite releases the new object", 300, right => new(right)
            {
                Evolves = (state, happened) =>
                {
                    var after = right.Evolve(state, happened);
                    return happened is ObjectAdded { Entry.Upload: var upload, At: var at } && after.Releases.Count > state.Releases.Count
                        ? after with { Releases = state.Releases.SetItem(upload.ToString(), new PendingRelease(upload, at)) }
                        : after;
                },
            }),
            Bug("a deletion releases nothing", 300, right => new(right)
            {
                Evolves = (state, happened) => happened is ObjectRemoved
                    ? right.Evolve(state, happened) with { Releases = state.Releases }
                    : right.Evolve(state, happened),
            }),
            Bug("a leaf with keys says that it is empty", 300, right => new(right)
            {
                Decides = (state, command, time) =>
                {
                    var decision = right.Decide(state, command, time);
                    return decision.Answer is LeafSealVerdict { IsEmpty: false } verdict && command is SealLeaf
                        ? Accept(verdict with { IsEmpty = true }, new LeafSealed())
                        : decision;
                },
            }),
            Bug("a leaf takes a range that is not its neighbour's", 1500, right => new(right)
            {
                Decides = (state, command, time) => command is TakeRange take && state is { Phase: LeafPhase.Live, End: not null }
                    ? Accept(
                        new KeyRoute(state.From, Upper: null, state.Leaf.Name), new RangeTaken(take.Upper, take.Right, take.Publications))
                    : right.Decide(state, command, time),
            }),
            Bug("a range that is given to a leaf is lost", 300, right => new(right)
            {
                Evolves = (state, happened) => happened is RangeTaken ? state : right.Evolve(state, happened),
            }),
        ];

        private static KeyPosition PositionOf(PublishObject publish) => new(publish.Entry.Key.ToString());

        private static bool HasEqualTicket(KeyLeafState state, PublishObject publish) =>
            publish.Condition is null && publish.Ticket is { } ticket && state.FindChange(PositionOf(publish))?.Ticket == ticket;

        private static KeyLeafCommand Renewed(KeyLeafState state, KeyLeafCommand command) =>
            command is PublishObject publish ? publish with { Ticket = state.Changes.Newest } : command;
    }

    private abstract class OfUploads : BugsOf<UploadState, UploadCommand, UploadEvent>
    {
        public static BugCase[] All { get; } =
        [
            Bug("a failed condition counts as published", 300, right => new(right)
            {
                Decides = (state, command, time) => right.Decide(
                    state,
                    command is ConfirmPublication { Verdict: PublicationVerdict.ConditionFailed } failed
                        ? failed with { Verdict = new PublicationVerdict.Published() }
                        : command,
                    time),
            }),
            Bug("an abort is accepted while the leaf decides", 300, right => new(right)
            {
                Decides = (state, command, time) => state is UploadState.Completing && command is AbortObjectUpload
                    ? Nothing
                    : right.Decide(state, command, time),
            }),

            // The bytes of a part change between the decision about its ETag and the object.
            Bug("a part is replaced while the leaf decides", 1500, right => new(right)
            {
                Decides = (state, command, time) =>
                    state is UploadState.Completing { Before: var open } && command is CheckNumberedPart or StoreNumberedPart
                        ? right.Decide(open, command, time)
                        : right.Decide(state, command, time),
                Evolves = (state, happened) => state is UploadState.Completing completing && happened is PartStored
                    ? completing with { Before = (UploadState.Open)right.Evolve(completing.Before, happened) }
                    : right.Evolve(state, happened),
            }),
            Bug("a repeated completion with another list is accepted", 300, right => new(right)
            {
                Decides = (state, command, time) =>
                    state is UploadState.Stored { Spec: ObjectUploadSpec spec, Completion: ObjectCompletion done } && command is CompleteObjectUpload
                        ? Repeat(new PublishedObject(spec.Name, spec.Upload, done.ETag, done.SizeBytes, null, time.Now))
                        : right.Decide(state, command, time),
            }),
            Bug("a restore is ready before its tier is", 300, right => new(right)
            {
                Evolves = (state, happened) => right.Evolve(
                    state,
                    happened is ObjectRestoreSet { Restore: var restore }
                        ? new ObjectRestoreSet(restore with { ReadyAt = restore.RequestedAt })
                        : happened),
            }),
            Bug("a snapshot loses a restore", 300, right => new(right)
            {
                Stores = static state => state is UploadState.Stored stored ? stored with { Restore = null } : state,
            }),
            Bug("a restore begins again while one is in progress", 300, right => new(right)
            {
                Decides = (state, command, time) => right.Decide(
                    state is UploadState.Stored stored && command is RestoreObject ? stored with { Restore = null } : state,
                    command,
                    time),
            }),
            Bug("a restore never ends", 300, right => new(right)
            {
                Decides = (state, command, time) =>
                {
                    var decision = right.Decide(state, command, time);
                    return decision.Answer is ObjectDescription { Restore: null } description
                        && state is UploadState.Stored { Restore: { } restore }
                            ? Reply(description with { Restore = new RestoreStatus(restore.ReadableUntil) })
                            : decision;
                },
            }),
            Bug("a stored object owns no bytes", 300, right => new(right)
            {
                Decides = (state, command, time) => state is UploadState.Stored && command is FenceAttempts
                    ? Reply(new AttemptsInUse.Only(new HashSet<AttemptId>()))
                    : right.Decide(state, command, time),
            }),
        ];
    }
}
