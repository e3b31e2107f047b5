using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Simulation.Bugs;

using BucketRules = OrleansUploads.Core.Deciding.Decider<
    OrleansUploads.Core.Buckets.BucketState,
    OrleansUploads.Core.Buckets.BucketCommand,
    OrleansUploads.Core.Buckets.BucketEvent>;
using LeafRules = OrleansUploads.Core.Deciding.Decider<
    OrleansUploads.Core.Keys.KeyLeafState,
    OrleansUploads.Core.Keys.KeyLeafCommand,
    OrleansUploads.Core.Keys.KeyLeafEvent>;
using UploadRules = OrleansUploads.Core.Deciding.Decider<
    OrleansUploads.Core.Uploads.UploadState,
    OrleansUploads.Core.Uploads.UploadCommand,
    OrleansUploads.Core.Uploads.UploadEvent>;

namespace OrleansUploads.Simulation.Objects;

/// <summary>Mistakes in the rules of keys and objects. The simulation must notice each of them.</summary>
internal static class ObjectBugs
{
    public static IReadOnlyList<BugCase> All { get; } =
    [
        Case("a split loses a key", 300, () => Plant(rules => new SplitLosesKey(rules))),
        Case("a leaf takes keys that it is moving away", 600, () => Plant(rules => new TakesMovedKeys(rules))),
        Case("a leaf adopts the same keys again", 3000, () => Plant(rules => new AdoptsAgain(rules))),
        Case("a leaf with a link reads as if it were the last one", 300, () => Plant(rules => new HidesLink(rules))),
        Case("a condition is not looked at", 300, () => Plant(rules => new IgnoresCondition(rules))),
        Case("a repeated publication publishes again", 300, () => Plant(rules => new PublishesAgain(rules))),
        Case("a publication ignores its ticket", 300, () => Plant(rules => new IgnoresTicket(rules))),
        Case("a deletion of nothing is not counted as a change", 1500, () => Plant(rules => new ForgetsVainDeletions(rules))),
        Case("a forgotten deletion counts as no change", 3000, () => Plant(rules => new ForgetsWithoutTrace(rules))),
        Case("changes of keys do not move with a split", 3000, () => Plant(rules => new ForgetsChangesInSplit(rules))),
        Case("an object is put before a change that depends on what the key had", 3000, () => Plant(rules => new DisregardsConditions(rules))),
        Case("of two publications with equal tickets the second comes second", 1500, () => Plant(rules => new OrdersEqualTickets(rules))),
        Case("of two publications with equal tickets the second comes first", 3000, () => Plant(rules => new TurnsEqualTickets(rules))),
        Case("an overwrite releases the new object", 300, () => Plant(rules => new ReleasesNewObject(rules))),
        Case("a deletion releases nothing", 300, () => Plant(rules => new ReleasesNothing(rules))),
        Case("a leaf with keys says that it is empty", 300, () => Plant(rules => new SaysEmpty(rules))),
        Case("a bucket never unseals its leaves", 3000, () => Plant(rules => new NeverUnseals(rules))),
        Case("a leaf takes a range that is not its neighbour's", 1500, () => Plant(rules => new TakesAnyRange(rules))),
        Case("a range that is given to a leaf is lost", 300, () => Plant(rules => new LosesGivenRange(rules))),
        Case("a failed condition counts as published", 300, () => Plant(rules => new TakesFailureForPublication(rules))),
        Case("an abort is accepted while the leaf decides", 300, () => Plant(rules => new AbortsWhileCompleting(rules))),
        Case("a part is replaced while the leaf decides", 1500, () => Plant(rules => new ReplacesWhileCompleting(rules))),
        Case("a repeated completion with another list is accepted", 300, () => Plant(rules => new AcceptsOtherList(rules))),
        Case("a restore is ready before its tier is", 300, () => Plant(rules => new RestoresAtOnce(rules))),
        Case("a snapshot loses a restore", 300, () => Plant(rules => new SnapshotLosesRestore(rules))),
        Case("a restore begins again while one is in progress", 300, () => Plant(rules => new RestoresAgain(rules))),
        Case("a restore never ends", 300, () => Plant(rules => new RestoresForEver(rules))),
        Case("a stored object owns no bytes", 300, () => Plant(rules => new OwnsNothing(rules))),
    ];

    private static BugCase Case(string name, int seeds, Func<PlantedBug> plant) => new(name, seeds, plant)
    {
        Play = (seed, bug) => ObjectSimulation.Run(seed, bug).Violation,
    };

    private static RulesBug<KeyLeafState, KeyLeafCommand, KeyLeafEvent> Plant(Func<LeafRules, LeafRules> rules) => new(rules);

    private static RulesBug<BucketState, BucketCommand, BucketEvent> Plant(Func<BucketRules, BucketRules> rules) => new(rules);

    private static RulesBug<UploadState, UploadCommand, UploadEvent> Plant(Func<UploadRules, UploadRules> rules) => new(rules);

    private sealed class NeverUnseals(BucketRules right) : OtherRules<BucketState, BucketCommand, BucketEvent>(right)
    {
        public override Decision<BucketEvent> Decide(BucketState state, BucketCommand command, ServiceTime time)
        {
            var decision = Right.Decide(state, command, time);
            return decision.Events is [BucketFoundNotEmpty found] ? Accept(found, new BucketLeafUnsealed(Next: null)) : decision;
        }
    }

    private abstract class LeafMistake(LeafRules right) : OtherRules<KeyLeafState, KeyLeafCommand, KeyLeafEvent>(right);

    private abstract class UploadMistake(UploadRules right) : OtherRules<UploadState, UploadCommand, UploadEvent>(right);

    private sealed class SplitLosesKey(LeafRules right) : LeafMistake(right)
    {
        public override KeyLeafState Evolve(KeyLeafState state, KeyLeafEvent happened) => Right.Evolve(
            state, happened is KeysAdopted adopted ? adopted with { Entries = [.. adopted.Entries.Skip(1)] } : happened);
    }

    private sealed class TakesMovedKeys(LeafRules right) : LeafMistake(right)
    {
        public override Decision<KeyLeafEvent> Decide(KeyLeafState state, KeyLeafCommand command, ServiceTime time) =>
            command is PublishObject publish && state.Split is { Next: not null } split
            && new KeyPosition(publish.Entry.Key.ToString()) >= split.At
                ? Accept(new PublicationVerdict.Published(), new ObjectAdded(publish.Entry, publish.Round, time.Now))
                : Right.Decide(state, command, time);
    }

    private sealed class AdoptsAgain(LeafRules right) : LeafMistake(right)
    {
        public override Decision<KeyLeafEvent> Decide(KeyLeafState state, KeyLeafCommand command, ServiceTime time) =>
            command is AdoptKeys { Leaf: { } leaf } adopt
                ? Accept(new KeysAdopted(
                    leaf, adopt.From, adopt.Upper, adopt.Right, adopt.Sequence, adopt.IsLast, adopt.Entries, adopt.Publications))
                : Right.Decide(state, command, time);
    }

    private sealed class HidesLink(LeafRules right) : LeafMistake(right)
    {
        public override Decision<KeyLeafEvent> Decide(KeyLeafState state, KeyLeafCommand command, ServiceTime time)
        {
            var decision = Right.Decide(state, command, time);
            return decision.Answer is LeafPage page && decision.Events.IsEmpty ? Reply(page with { Upper = null, Right = null }) : decision;
        }
    }

    private sealed class IgnoresCondition(LeafRules right) : LeafMistake(right)
    {
        public override Decision<KeyLeafEvent> Decide(KeyLeafState state, KeyLeafCommand command, ServiceTime time) =>
            Right.Decide(state, command is PublishObject publish ? publish with { Condition = null } : command, time);
    }

    private sealed class PublishesAgain(LeafRules right) : LeafMistake(right)
    {
        public override Decision<KeyLeafEvent> Decide(KeyLeafState state, KeyLeafCommand command, ServiceTime time) => Right.Decide(
            command is PublishObject ? state with { Unsettled = KeyLeafState.Unborn.Unsettled } : state, Renewed(state, command), time);
    }

    private sealed class IgnoresTicket(LeafRules right) : LeafMistake(right)
    {
        public override Decision<KeyLeafEvent> Decide(KeyLeafState state, KeyLeafCommand command, ServiceTime time) =>
            Right.Decide(state, Renewed(state, command), time);
    }

    private sealed class ForgetsVainDeletions(LeafRules right) : LeafMistake(right)
    {
        public override Decision<KeyLeafEvent> Decide(KeyLeafState state, KeyLeafCommand command, ServiceTime time) =>
            command is DeleteObject delete && state.Phase == LeafPhase.Live && state.End is null
            && !state.Entries.ContainsKey(new KeyPosition(delete.Key.ToString()))
                ? Nothing
                : Right.Decide(state, command, time);
    }

    private sealed class ForgetsWithoutTrace(LeafRules right) : LeafMistake(right)
    {
        public override KeyLeafState Evolve(KeyLeafState state, KeyLeafEvent happened)
        {
            var after = Right.Evolve(state, happened);
            return after with { Changes = after.Changes with { Deletions = [] } };
        }
    }

    private sealed class ForgetsChangesInSplit(LeafRules right) : LeafMistake(right)
    {
        public override KeyLeafState Evolve(KeyLeafState state, KeyLeafEvent happened)
        {
            var after = Right.Evolve(state, happened is KeysAdopted adopted ? adopted with { Changes = null } : happened);
            return happened is KeysAdopted ? after with { Changes = after.Changes with { Newest = long.MaxValue / 2 } } : after;
        }
    }

    private sealed class DisregardsConditions(LeafRules right) : LeafMistake(right)
    {
        public override KeyLeafState Evolve(KeyLeafState state, KeyLeafEvent happened) =>
            Right.Evolve(state, happened is ObjectAdded { Ticket: null } added ? added with { Ticket = state.Changes.Newest } : happened);
    }

    private sealed class OrdersEqualTickets(LeafRules right) : LeafMistake(right)
    {
        public override Decision<KeyLeafEvent> Decide(KeyLeafState state, KeyLeafCommand command, ServiceTime time) =>
            Right.Decide(
                state, command is PublishObject publish && HasEqualTicket(state, publish) ? Renewed(state, command) : command, time);
    }

    private sealed class TurnsEqualTickets(LeafRules right) : LeafMistake(right)
    {
        public override Decision<KeyLeafEvent> Decide(KeyLeafState state, KeyLeafCommand command, ServiceTime time)
        {
            var decision = Right.Decide(state, command, time);
            return decision.Answer is PublicationVerdict.Overtaken && HasEqualTicket(state, (PublishObject)command)
                ? Reply(new PublicationVerdict.Overwritten(time.Now))
                : decision;
        }
    }

    private static bool HasEqualTicket(KeyLeafState state, PublishObject publish) =>
        publish.Condition is null
        && publish.Ticket is { } ticket
        && state.FindChange(new KeyPosition(publish.Entry.Key.ToString()))?.Ticket == ticket;

    private static KeyLeafCommand Renewed(KeyLeafState state, KeyLeafCommand command) =>
        command is PublishObject publish ? publish with { Ticket = state.Changes.Newest } : command;

    private sealed class ReleasesNewObject(LeafRules right) : LeafMistake(right)
    {
        public override KeyLeafState Evolve(KeyLeafState state, KeyLeafEvent happened)
        {
            var after = Right.Evolve(state, happened);
            return happened is ObjectAdded added && after.Releases.Count > state.Releases.Count
                ? after with
                {
                    Releases = state.Releases.SetItem(
                        added.Entry.Upload.ToString(), new PendingRelease(added.Entry.Upload, added.At)),
                }
                : after;
        }
    }

    private sealed class ReleasesNothing(LeafRules right) : LeafMistake(right)
    {
        public override KeyLeafState Evolve(KeyLeafState state, KeyLeafEvent happened) =>
            happened is ObjectRemoved ? Right.Evolve(state, happened) with { Releases = state.Releases } : Right.Evolve(state, happened);
    }

    private sealed class SaysEmpty(LeafRules right) : LeafMistake(right)
    {
        public override Decision<KeyLeafEvent> Decide(KeyLeafState state, KeyLeafCommand command, ServiceTime time)
        {
            var decision = Right.Decide(state, command, time);
            return decision.Answer is LeafSealVerdict { IsEmpty: false } verdict && command is SealLeaf
                ? Accept(verdict with { IsEmpty = true }, new LeafSealed())
                : decision;
        }
    }

    private sealed class TakesAnyRange(LeafRules right) : LeafMistake(right)
    {
        public override Decision<KeyLeafEvent> Decide(KeyLeafState state, KeyLeafCommand command, ServiceTime time) =>
            command is TakeRange take && state is { Phase: LeafPhase.Live, End: not null }
                ? Accept(
                    new KeyRoute(state.From, Upper: null, state.Leaf.Name), new RangeTaken(take.Upper, take.Right, take.Publications))
                : Right.Decide(state, command, time);
    }

    private sealed class LosesGivenRange(LeafRules right) : LeafMistake(right)
    {
        public override KeyLeafState Evolve(KeyLeafState state, KeyLeafEvent happened) =>
            happened is RangeTaken ? state : Right.Evolve(state, happened);
    }

    private sealed class TakesFailureForPublication(UploadRules right) : UploadMistake(right)
    {
        public override Decision<UploadEvent> Decide(UploadState state, UploadCommand command, ServiceTime time) => Right.Decide(
            state,
            command is ConfirmPublication { Verdict: PublicationVerdict.ConditionFailed } failed
                ? failed with { Verdict = new PublicationVerdict.Published() }
                : command,
            time);
    }

    private sealed class AbortsWhileCompleting(UploadRules right) : UploadMistake(right)
    {
        public override Decision<UploadEvent> Decide(UploadState state, UploadCommand command, ServiceTime time) =>
            state is UploadState.ObjectCompleting && command is AbortObjectUpload
                ? Reply(Done.Instance)
                : Right.Decide(state, command, time);
    }

    /// <summary>The bytes of a part change between the decision about its ETag and the object.</summary>
    private sealed class ReplacesWhileCompleting(UploadRules right) : UploadMistake(right)
    {
        public override Decision<UploadEvent> Decide(UploadState state, UploadCommand command, ServiceTime time) =>
            state is UploadState.ObjectCompleting { Before: var open } && (command is CheckNumberedPart or StoreNumberedPart)
                ? Right.Decide(open, command, time)
                : Right.Decide(state, command, time);

        public override UploadState Evolve(UploadState state, UploadEvent happened) =>
            state is UploadState.ObjectCompleting completing && happened is NumberedPartStored
                ? completing with { Before = (UploadState.ObjectOpen)Right.Evolve(completing.Before, happened) }
                : Right.Evolve(state, happened);
    }

    private sealed class AcceptsOtherList(UploadRules right) : UploadMistake(right)
    {
        public override Decision<UploadEvent> Decide(UploadState state, UploadCommand command, ServiceTime time) =>
            state is UploadState.ObjectStored stored && command is CompleteObjectUpload
                ? Repeat(new PublishedObject(
                    stored.Spec.Name, stored.Spec.Upload, stored.Completion.ETag, stored.Completion.SizeBytes, null, time.Now))
                : Right.Decide(state, command, time);
    }

    private sealed class OwnsNothing(UploadRules right) : UploadMistake(right)
    {
        public override Decision<UploadEvent> Decide(UploadState state, UploadCommand command, ServiceTime time) =>
            state is UploadState.ObjectStored && command is FenceAttempts
                ? Reply(new AttemptsInUse.Only(new HashSet<AttemptId>()))
                : Right.Decide(state, command, time);
    }

    private sealed class RestoresAtOnce(UploadRules right) : UploadMistake(right)
    {
        public override UploadState Evolve(UploadState state, UploadEvent happened) => Right.Evolve(
            state, happened is ObjectRestoreSet { Restore: var restore } ? new ObjectRestoreSet(restore with { ReadyAt = restore.RequestedAt }) : happened);
    }

    private sealed class SnapshotLosesRestore(UploadRules right) : UploadMistake(right)
    {
        public override IEnumerable<UploadEvent> Compact(UploadState state) =>
            Right.Compact(state).Where(happened => happened is not ObjectRestoreSet);
    }

    private sealed class RestoresAgain(UploadRules right) : UploadMistake(right)
    {
        public override Decision<UploadEvent> Decide(UploadState state, UploadCommand command, ServiceTime time) =>
            Right.Decide(state is UploadState.ObjectStored stored && command is RestoreObject ? stored with { Restore = null } : state, command, time);
    }

    private sealed class RestoresForEver(UploadRules right) : UploadMistake(right)
    {
        public override Decision<UploadEvent> Decide(UploadState state, UploadCommand command, ServiceTime time)
        {
            var decision = Right.Decide(state, command, time);
            return decision.Answer is ObjectDescription { Restore: null } description && state is UploadState.ObjectStored { Restore: { } restore }
                ? Reply(description with { Restore = new RestoreStatus(restore.ReadableUntil) })
                : decision;
        }
    }
}
