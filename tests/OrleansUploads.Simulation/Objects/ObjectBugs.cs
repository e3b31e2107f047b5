using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Simulation.Bugs;

using BucketRules = OrleansUploads.Core.Deciding.Decider<
    OrleansUploads.Core.Buckets.BucketState,
    OrleansUploads.Core.Buckets.BucketCommand,
    OrleansUploads.Core.Buckets.BucketEvent>;
using LeafMistake = OrleansUploads.TestKit.Mistake<
    OrleansUploads.Core.Keys.KeyLeafState,
    OrleansUploads.Core.Keys.KeyLeafCommand,
    OrleansUploads.Core.Keys.KeyLeafEvent>;
using LeafRules = OrleansUploads.Core.Deciding.Decider<
    OrleansUploads.Core.Keys.KeyLeafState,
    OrleansUploads.Core.Keys.KeyLeafCommand,
    OrleansUploads.Core.Keys.KeyLeafEvent>;
using UploadMistake = OrleansUploads.TestKit.Mistake<
    OrleansUploads.Core.Uploads.UploadState,
    OrleansUploads.Core.Uploads.UploadCommand,
    OrleansUploads.Core.Uploads.UploadEvent>;
using UploadRules = OrleansUploads.Core.Deciding.Decider<
    OrleansUploads.Core.Uploads.UploadState,
    OrleansUploads.Core.Uploads.UploadCommand,
    OrleansUploads.Core.Uploads.UploadEvent>;

namespace OrleansUploads.Simulation.Objects;

/// <summary>Mistakes in the rules of keys and objects. The simulation must notice each of them.</summary>
internal static class ObjectBugs
{
    public static IReadOnlyList<BugCase> All { get; } = [.. OfLeaves.All, .. OfBuckets.All, .. OfUploads.All];

    private static BugCase Case(string name, int seeds, Func<PlantedBug> plant) => new(name, seeds, plant)
    {
        Play = (seed, bug) => ObjectSimulation.Run(seed, bug).Violation,
    };

    private abstract class OfBuckets : Rules<BucketEvent>
    {
        public static BugCase[] All { get; } =
        [
            Case("a bucket never unseals its leaves", 3000, () => new RulesBug<BucketState, BucketCommand, BucketEvent>(NeverUnseals)),
        ];

        private static BucketRules NeverUnseals(BucketRules right) => new Mistake<BucketState, BucketCommand, BucketEvent>(right)
        {
            Decides = (state, command, time) =>
            {
                var decision = right.Decide(state, command, time);
                return decision.Events is [BucketFoundNotEmpty found] ? Accept(found, new BucketLeafUnsealed(Next: null)) : decision;
            },
        };
    }

    private abstract class OfLeaves : Rules<KeyLeafEvent>
    {
        public static BugCase[] All { get; } =
        [
            Leaf("a split loses a key", 300, right => new(right)
            {
                Evolves = (state, happened) => right.Evolve(
                    state, happened is KeysAdopted adopted ? adopted with { Entries = [.. adopted.Entries.Skip(1)] } : happened),
            }),
            Leaf("a leaf takes keys that it is moving away", 600, right => new(right)
            {
                Decides = (state, command, time) =>
                    command is PublishObject publish && state.Split is { Next: not null } split && PositionOf(publish) >= split.At
                        ? Accept(new PublicationVerdict.Published(), new ObjectAdded(publish.Entry, publish.Round, time.Now))
                        : right.Decide(state, command, time),
            }),
            Leaf("a leaf adopts the same keys again", 3000, right => new(right)
            {
                Decides = (state, command, time) => command is AdoptKeys { Leaf: { } leaf } adopt
                    ? Accept(new KeysAdopted(
                        leaf, adopt.From, adopt.Upper, adopt.Right, adopt.Sequence, adopt.IsLast, adopt.Entries, adopt.Publications))
                    : right.Decide(state, command, time),
            }),
            Leaf("a leaf with a link reads as if it were the last one", 300, right => new(right)
            {
                Decides = (state, command, time) =>
                {
                    var decision = right.Decide(state, command, time);
                    return decision.Answer is LeafPage page && decision.Events.IsEmpty
                        ? Reply(page with { Upper = null, Right = null })
                        : decision;
                },
            }),
            Leaf("a condition is not looked at", 300, right => new(right)
            {
                Decides = (state, command, time) =>
                    right.Decide(state, command is PublishObject publish ? publish with { Condition = null } : command, time),
            }),
            Leaf("a repeated publication publishes again", 300, right => new(right)
            {
                Decides = (state, command, time) => right.Decide(
                    command is PublishObject ? state with { Unsettled = KeyLeafState.Unborn.Unsettled } : state, Renewed(state, command), time),
            }),
            Leaf("a publication ignores its ticket", 300, right => new(right)
            {
                Decides = (state, command, time) => right.Decide(state, Renewed(state, command), time),
            }),
            Leaf("a deletion of nothing is not counted as a change", 1500, right => new(right)
            {
                Decides = (state, command, time) =>
                    command is DeleteObject delete && state.Phase == LeafPhase.Live && state.End is null
                    && !state.Entries.ContainsKey(new KeyPosition(delete.Key.ToString()))
                        ? Nothing
                        : right.Decide(state, command, time),
            }),
            Leaf("a forgotten deletion counts as no change", 3000, right => new(right)
            {
                Evolves = (state, happened) =>
                {
                    var after = right.Evolve(state, happened);
                    return after with { Changes = after.Changes with { Deletions = [] } };
                },
            }),
            Leaf("changes of keys do not move with a split", 3000, right => new(right)
            {
                Evolves = (state, happened) =>
                {
                    var after = right.Evolve(state, happened is KeysAdopted adopted ? adopted with { Changes = null } : happened);
                    return happened is KeysAdopted ? after with { Changes = after.Changes with { Newest = long.MaxValue / 2 } } : after;
                },
            }),
            Leaf("an object is put before a change that depends on what the key had", 3000, right => new(right)
            {
                Evolves = (state, happened) => right.Evolve(
                    state, happened is ObjectAdded { Ticket: null } added ? added with { Ticket = state.Changes.Newest } : happened),
            }),
            Leaf("of two publications with equal tickets the second comes second", 1500, right => new(right)
            {
                Decides = (state, command, time) => right.Decide(
                    state, command is PublishObject publish && HasEqualTicket(state, publish) ? Renewed(state, command) : command, time),
            }),
            Leaf("of two publications with equal tickets the second comes first", 3000, right => new(right)
            {
                Decides = (state, command, time) =>
                {
                    var decision = right.Decide(state, command, time);
                    return decision.Answer is PublicationVerdict.Overtaken && HasEqualTicket(state, (PublishObject)command)
                        ? Reply(new PublicationVerdict.Overwritten(time.Now))
                        : decision;
                },
            }),
            Leaf("an overwrite releases the new object", 300, right => new(right)
            {
                Evolves = (state, happened) =>
                {
                    var after = right.Evolve(state, happened);
                    return happened is ObjectAdded { Entry.Upload: var upload, At: var at } && after.Releases.Count > state.Releases.Count
                        ? after with { Releases = state.Releases.SetItem(upload.ToString(), new PendingRelease(upload, at)) }
                        : after;
                },
            }),
            Leaf("a deletion releases nothing", 300, right => new(right)
            {
                Evolves = (state, happened) => happened is ObjectRemoved
                    ? right.Evolve(state, happened) with { Releases = state.Releases }
                    : right.Evolve(state, happened),
            }),
            Leaf("a leaf with keys says that it is empty", 300, right => new(right)
            {
                Decides = (state, command, time) =>
                {
                    var decision = right.Decide(state, command, time);
                    return decision.Answer is LeafSealVerdict { IsEmpty: false } verdict && command is SealLeaf
                        ? Accept(verdict with { IsEmpty = true }, new LeafSealed())
                        : decision;
                },
            }),
            Leaf("a leaf takes a range that is not its neighbour's", 1500, right => new(right)
            {
                Decides = (state, command, time) => command is TakeRange take && state is { Phase: LeafPhase.Live, End: not null }
                    ? Accept(
                        new KeyRoute(state.From, Upper: null, state.Leaf.Name), new RangeTaken(take.Upper, take.Right, take.Publications))
                    : right.Decide(state, command, time),
            }),
            Leaf("a range that is given to a leaf is lost", 300, right => new(right)
            {
                Evolves = (state, happened) => happened is RangeTaken ? state : right.Evolve(state, happened),
            }),
        ];

        private static BugCase Leaf(string name, int seeds, Func<LeafRules, LeafMistake> mistake) =>
            Case(name, seeds, () => new RulesBug<KeyLeafState, KeyLeafCommand, KeyLeafEvent>(mistake));

        private static KeyPosition PositionOf(PublishObject publish) => new(publish.Entry.Key.ToString());

        private static bool HasEqualTicket(KeyLeafState state, PublishObject publish) =>
            publish.Condition is null && publish.Ticket is { } ticket && state.FindChange(PositionOf(publish))?.Ticket == ticket;

        private static KeyLeafCommand Renewed(KeyLeafState state, KeyLeafCommand command) =>
            command is PublishObject publish ? publish with { Ticket = state.Changes.Newest } : command;
    }

    private abstract class OfUploads : Rules<UploadEvent>
    {
        public static BugCase[] All { get; } =
        [
            Upload("a failed condition counts as published", 300, right => new(right)
            {
                Decides = (state, command, time) => right.Decide(
                    state,
                    command is ConfirmPublication { Verdict: PublicationVerdict.ConditionFailed } failed
                        ? failed with { Verdict = new PublicationVerdict.Published() }
                        : command,
                    time),
            }),
            Upload("an abort is accepted while the leaf decides", 300, right => new(right)
            {
                Decides = (state, command, time) => state is UploadState.ObjectCompleting && command is AbortObjectUpload
                    ? Nothing
                    : right.Decide(state, command, time),
            }),

            // The bytes of a part change between the decision about its ETag and the object.
            Upload("a part is replaced while the leaf decides", 1500, right => new(right)
            {
                Decides = (state, command, time) =>
                    state is UploadState.ObjectCompleting { Before: var open } && command is CheckNumberedPart or StoreNumberedPart
                        ? right.Decide(open, command, time)
                        : right.Decide(state, command, time),
                Evolves = (state, happened) => state is UploadState.ObjectCompleting completing && happened is NumberedPartStored
                    ? completing with { Before = (UploadState.ObjectOpen)right.Evolve(completing.Before, happened) }
                    : right.Evolve(state, happened),
            }),
            Upload("a repeated completion with another list is accepted", 300, right => new(right)
            {
                Decides = (state, command, time) => state is UploadState.ObjectStored stored && command is CompleteObjectUpload
                    ? Repeat(new PublishedObject(
                        stored.Spec.Name, stored.Spec.Upload, stored.Completion.ETag, stored.Completion.SizeBytes, null, time.Now))
                    : right.Decide(state, command, time),
            }),
            Upload("a restore is ready before its tier is", 300, right => new(right)
            {
                Evolves = (state, happened) => right.Evolve(
                    state,
                    happened is ObjectRestoreSet { Restore: var restore }
                        ? new ObjectRestoreSet(restore with { ReadyAt = restore.RequestedAt })
                        : happened),
            }),
            Upload("a snapshot loses a restore", 300, right => new(right)
            {
                Compacts = state => right.Compact(state).Where(happened => happened is not ObjectRestoreSet),
            }),
            Upload("a restore begins again while one is in progress", 300, right => new(right)
            {
                Decides = (state, command, time) => right.Decide(
                    state is UploadState.ObjectStored stored && command is RestoreObject ? stored with { Restore = null } : state, command, time),
            }),
            Upload("a restore never ends", 300, right => new(right)
            {
                Decides = (state, command, time) =>
                {
                    var decision = right.Decide(state, command, time);
                    return decision.Answer is ObjectDescription { Restore: null } description
                        && state is UploadState.ObjectStored { Restore: { } restore }
                            ? Reply(description with { Restore = new RestoreStatus(restore.ReadableUntil) })
                            : decision;
                },
            }),
            Upload("a stored object owns no bytes", 300, right => new(right)
            {
                Decides = (state, command, time) => state is UploadState.ObjectStored && command is FenceAttempts
                    ? Reply(new AttemptsInUse.Only(new HashSet<AttemptId>()))
                    : right.Decide(state, command, time),
            }),
        ];

        private static BugCase Upload(string name, int seeds, Func<UploadRules, UploadMistake> mistake) =>
            Case(name, seeds, () => new RulesBug<UploadState, UploadCommand, UploadEvent>(mistake));
    }
}
