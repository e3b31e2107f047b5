using OrleansUploads.Core.Keys;

namespace OrleansUploads.Core.Tests.Keys;

public sealed class RandomIndexTests
{
    private const long SmallLeafBytes = 3000;
    private const int Steps = 1500;

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public void An_index_is_a_sorted_dictionary_however_its_messages_arrive()
    {
        var (leaves, links, given, late) = (0, 0, 0, 0);
        for (var seed = 1; seed <= 170; seed++)
        {
            var index = new RandomIndex(seed, new KeyLeafDecider(SmallLeafBytes));
            var wrong = index.Run(Steps);
            Assert.True(wrong is null, $"seed {seed}, {wrong}");
            leaves = Math.Max(leaves, index.Leaves);
            links += index.LinksFollowed;
            given += index.GivenLeaves;
            late += index.Late;
        }

        // Otherwise the run would prove nothing about splits, merging and late messages.
        Assert.True(
            leaves > 15 && links > 1000 && given > 200 && late > 1000,
            $"{leaves} leaves, {links} links, {given} given, {late} late");
    }

    public static TheoryData<string> Bugs => new(
        nameof(LosesAKey), nameof(ForgetsPublications), nameof(KeepsMovedKeys), nameof(IgnoresConditions), nameof(ReleasesTheNewObject),
        nameof(AdoptsAgain), nameof(ForgetsReleases), nameof(TakesAnyRange), nameof(GivesWithoutWaiting), nameof(ForgetsGivenChanges),
        nameof(ForgetsThatItForgot), nameof(MovesWithoutChanges), nameof(IgnoresTickets), nameof(ForgetsVainDeletions));

    /// <summary>A checker that finds nothing wrong with wrong rules would be worthless.</summary>
    [Theory]
    [MemberData(nameof(Bugs))]
    public void A_planted_bug_is_found_within_150_seeds(string bug)
    {
        var right = new KeyLeafDecider(SmallLeafBytes);
        WrongLeaf wrong = bug switch
        {
            nameof(LosesAKey) => new LosesAKey(right),
            nameof(ForgetsPublications) => new ForgetsPublications(right),
            nameof(KeepsMovedKeys) => new KeepsMovedKeys(right),
            nameof(IgnoresConditions) => new IgnoresConditions(right),
            nameof(AdoptsAgain) => new AdoptsAgain(right),
            nameof(ForgetsReleases) => new ForgetsReleases(right),
            nameof(TakesAnyRange) => new TakesAnyRange(right),
            nameof(GivesWithoutWaiting) => new GivesWithoutWaiting(right),
            nameof(ForgetsGivenChanges) => new ForgetsGivenChanges(right),
            nameof(ForgetsThatItForgot) => new ForgetsThatItForgot(right),
            nameof(MovesWithoutChanges) => new MovesWithoutChanges(right),
            nameof(IgnoresTickets) => new IgnoresTickets(right),
            nameof(ForgetsVainDeletions) => new ForgetsVainDeletions(right),
            _ => new ReleasesTheNewObject(right),
        };
        Assert.Contains(Enumerable.Range(1, 150), seed => new RandomIndex(seed, wrong).Run(Steps) is not null);
    }

    private abstract class WrongLeaf(KeyLeafDecider right) : Decider<KeyLeafState, KeyLeafCommand, KeyLeafEvent>
    {
        public override KeyLeafState Initial => right.Initial;

        protected KeyLeafDecider Right => right;

        public override Decision<KeyLeafEvent> Decide(KeyLeafState state, KeyLeafCommand command, ServiceTime time) =>
            right.Decide(state, command, time);

        public override KeyLeafState Evolve(KeyLeafState state, KeyLeafEvent happened) => right.Evolve(state, happened);

        public override Decision<KeyLeafEvent> Wake(KeyLeafState state, ServiceTime time) => right.Wake(state, time);

        public override DateTimeOffset? WakeAt(KeyLeafState state, ServiceTime time) => right.WakeAt(state, time);

        public override IEnumerable<Intent> Pending(KeyLeafState state) => right.Pending(state);

        public override IEnumerable<KeyLeafEvent> Compact(KeyLeafState state) => right.Compact(state);

        public override int CompactCount(KeyLeafState state) => right.CompactCount(state);
    }

    /// <summary>The new leaf of a split does not get the first of its keys.</summary>
    private sealed class LosesAKey(KeyLeafDecider right) : WrongLeaf(right)
    {
        public override KeyLeafState Evolve(KeyLeafState state, KeyLeafEvent happened) => base.Evolve(
            state, happened is KeysAdopted adopted ? adopted with { Entries = [.. adopted.Entries.Skip(1)] } : happened);
    }

    /// <summary>What is remembered about publications does not move with a split.</summary>
    private sealed class ForgetsPublications(KeyLeafDecider right) : WrongLeaf(right)
    {
        public override KeyLeafState Evolve(KeyLeafState state, KeyLeafEvent happened) => base.Evolve(
            state, happened is KeysAdopted adopted ? adopted with { Publications = [] } : happened);
    }

    /// <summary>A leaf takes keys that it is moving to another leaf.</summary>
    private sealed class KeepsMovedKeys(KeyLeafDecider right) : WrongLeaf(right)
    {
        public override Decision<KeyLeafEvent> Decide(KeyLeafState state, KeyLeafCommand command, ServiceTime time) =>
            command is PublishObject publish && state.Split is { Next: not null }
            && new KeyPosition(publish.Entry.Key.ToString()) >= state.Split.At
                ? Accept(new PublicationVerdict.Published(), new ObjectAdded(publish.Entry, publish.Round, time.Now))
                : Right.Decide(state, command, time);
    }

    /// <summary>A condition is not looked at.</summary>
    private sealed class IgnoresConditions(KeyLeafDecider right) : WrongLeaf(right)
    {
        public override Decision<KeyLeafEvent> Decide(KeyLeafState state, KeyLeafCommand command, ServiceTime time) =>
            Right.Decide(state, command is PublishObject publish ? publish with { Condition = null } : command, time);
    }

    /// <summary>An overwrite releases the bytes of the new object.</summary>
    private sealed class ReleasesTheNewObject(KeyLeafDecider right) : WrongLeaf(right)
    {
        public override KeyLeafState Evolve(KeyLeafState state, KeyLeafEvent happened)
        {
            var after = base.Evolve(state, happened);
            return happened is ObjectAdded added && after.Releases.Count > state.Releases.Count
                ? after with
                {
                    Releases = state.Releases.SetItem(
                        added.Entry.Upload.ToString(), new PendingRelease(added.Entry.Upload, added.At)),
                }
                : after;
        }
    }

    /// <summary>A leaf adopts the same keys again and so brings back what was deleted since.</summary>
    private sealed class AdoptsAgain(KeyLeafDecider right) : WrongLeaf(right)
    {
        public override Decision<KeyLeafEvent> Decide(KeyLeafState state, KeyLeafCommand command, ServiceTime time) =>
            command is AdoptKeys adopt
                ? Accept(new KeysAdopted(
                    adopt.Leaf!.Value, adopt.From, adopt.Upper, adopt.Right, adopt.Sequence, adopt.IsLast, adopt.Entries, []))
                : Right.Decide(state, command, time);
    }

    /// <summary>A leaf takes the range of a leaf that is not its neighbour.</summary>
    private sealed class TakesAnyRange(KeyLeafDecider right) : WrongLeaf(right)
    {
        public override Decision<KeyLeafEvent> Decide(KeyLeafState state, KeyLeafCommand command, ServiceTime time) =>
            command is TakeRange take && state.Phase == LeafPhase.Live && state.End is not null
                ? Accept(
                    new KeyRoute(state.From, Upper: null, state.Leaf.Name), new RangeTaken(take.Upper, take.Right, take.Publications))
                : Right.Decide(state, command, time);
    }

    /// <summary>A leaf takes entries although it is giving its range or has given it.</summary>
    private sealed class GivesWithoutWaiting(KeyLeafDecider right) : WrongLeaf(right)
    {
        public override Decision<KeyLeafEvent> Decide(KeyLeafState state, KeyLeafCommand command, ServiceTime time) =>
            state.Phase < LeafPhase.Giving ? Right.Decide(state, command, time) : command switch
            {
                TakeTicket => Reply(new KeyTicket(state.Changes.Newest)),
                PublishObject publish =>
                    Accept(new PublicationVerdict.Published(), new ObjectAdded(publish.Entry, publish.Round, time.Now)),
                _ => Right.Decide(state, command, time),
            };
    }

    /// <summary>What an empty leaf knows of changes is not given.</summary>
    private sealed class ForgetsGivenChanges(KeyLeafDecider right) : WrongLeaf(right)
    {
        public override KeyLeafState Evolve(KeyLeafState state, KeyLeafEvent happened) =>
            base.Evolve(state, happened is RangeTaken taken ? taken with { Changes = null } : happened);
    }

    /// <summary>A leaf takes a key that it does not know for one that was never deleted.</summary>
    private sealed class ForgetsThatItForgot(KeyLeafDecider right) : WrongLeaf(right)
    {
        public override KeyLeafState Evolve(KeyLeafState state, KeyLeafEvent happened)
        {
            var after = base.Evolve(state, happened);
            return after with { Changes = after.Changes with { Forgotten = 0 } };
        }
    }

    /// <summary>The new leaf of a split begins to count anew.</summary>
    private sealed class MovesWithoutChanges(KeyLeafDecider right) : WrongLeaf(right)
    {
        public override KeyLeafState Evolve(KeyLeafState state, KeyLeafEvent happened) =>
            base.Evolve(state, happened is KeysAdopted adopted ? adopted with { Changes = null } : happened);
    }

    /// <summary>A publication comes whenever it arrives.</summary>
    private sealed class IgnoresTickets(KeyLeafDecider right) : WrongLeaf(right)
    {
        public override Decision<KeyLeafEvent> Decide(KeyLeafState state, KeyLeafCommand command, ServiceTime time) => Right.Decide(
            state, command is PublishObject publish ? publish with { Ticket = state.Changes.Newest } : command, time);
    }

    /// <summary>The deletion of a key without an object is not recorded.</summary>
    private sealed class ForgetsVainDeletions(KeyLeafDecider right) : WrongLeaf(right)
    {
        public override Decision<KeyLeafEvent> Decide(KeyLeafState state, KeyLeafCommand command, ServiceTime time)
        {
            var decision = Right.Decide(state, command, time);
            return decision.Events is [ObjectRemoved removed] && !state.Entries.ContainsKey(new KeyPosition(removed.Key.ToString()))
                ? Nothing
                : decision;
        }
    }

    /// <summary>A snapshot leaves out the uploads that are not told yet.</summary>
    private sealed class ForgetsReleases(KeyLeafDecider right) : WrongLeaf(right)
    {
        public override IEnumerable<KeyLeafEvent> Compact(KeyLeafState state) =>
            base.Compact(state).Select(happened => happened is LeafSnapshot snapshot ? snapshot with { Releases = [] } : happened);
    }
}
