using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Messages.Keys;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Tests.Keys;

public sealed class RandomIndexTests
{
    private const long SmallLeafBytes = 3000;
    private const int Steps = 1500;

    [Fact]
    public void An_index_is_a_sorted_dictionary_however_its_messages_arrive()
    {
        var (leaves, links, given, outdated) = (0, 0, 0, 0);
        for (var seed = 1; seed <= 170; seed++)
        {
            var index = new RandomIndex(seed, new KeyLeafDecider(SmallLeafBytes));
            var wrong = index.Run(Steps);
            Assert.True(wrong is null, $"seed {seed}, {wrong}");
            leaves = Math.Max(leaves, index.Leaves);
            links += index.LinksFollowed;
            given += index.GivenLeaves;
            outdated += index.Outdated;
        }

        // Otherwise the run would prove nothing about splits, merging and late messages.
        Assert.True(
            leaves > 15 && links > 1000 && given > 200 && outdated > 100,
            $"{leaves} leaves, {links} links, {given} given, {outdated} outdated");
    }

    public static TheoryData<string> Bugs => new(
        nameof(LosesAKey), nameof(ForgetsPublications), nameof(KeepsMovedKeys), nameof(IgnoresConditions), nameof(ReleasesTheNewObject),
        nameof(AdoptsAgain), nameof(ForgetsReleases), nameof(TakesAnyRange), nameof(GivesWithoutWaiting), nameof(ForgetsGivenPublications),
        nameof(ForgetsThatItForgot), nameof(MovesWithoutTheForgotten));

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
            nameof(ForgetsGivenPublications) => new ForgetsGivenPublications(right),
            nameof(ForgetsThatItForgot) => new ForgetsThatItForgot(right),
            nameof(MovesWithoutTheForgotten) => new MovesWithoutTheForgotten(right),
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

    /// <summary>A leaf takes entries although it is giving its range.</summary>
    private sealed class GivesWithoutWaiting(KeyLeafDecider right) : WrongLeaf(right)
    {
        public override Decision<KeyLeafEvent> Decide(KeyLeafState state, KeyLeafCommand command, ServiceTime time) =>
            state.Phase == LeafPhase.Giving && command is PublishObject publish
                ? Accept(new PublicationVerdict.Published(), new ObjectAdded(publish.Entry, publish.Round, time.Now))
                : Right.Decide(state, command, time);
    }

    /// <summary>What an empty leaf remembers about publications is not given.</summary>
    private sealed class ForgetsGivenPublications(KeyLeafDecider right) : WrongLeaf(right)
    {
        public override KeyLeafState Evolve(KeyLeafState state, KeyLeafEvent happened) =>
            base.Evolve(state, happened is RangeTaken taken ? taken with { Publications = [] } : happened);
    }

    /// <summary>A leaf takes every unknown publication for a new one.</summary>
    private sealed class ForgetsThatItForgot(KeyLeafDecider right) : WrongLeaf(right)
    {
        public override KeyLeafState Evolve(KeyLeafState state, KeyLeafEvent happened) =>
            base.Evolve(state, happened) with { ForgottenUntil = null };
    }

    /// <summary>The new leaf of a split takes every unknown publication for a new one.</summary>
    private sealed class MovesWithoutTheForgotten(KeyLeafDecider right) : WrongLeaf(right)
    {
        public override KeyLeafState Evolve(KeyLeafState state, KeyLeafEvent happened) =>
            base.Evolve(state, happened is KeysAdopted adopted ? adopted with { ForgottenUntil = null } : happened);
    }

    /// <summary>A snapshot leaves out the uploads that are not told yet.</summary>
    private sealed class ForgetsReleases(KeyLeafDecider right) : WrongLeaf(right)
    {
        public override IEnumerable<KeyLeafEvent> Compact(KeyLeafState state) =>
            base.Compact(state).Select(happened => happened is LeafSnapshot snapshot ? snapshot with { Releases = [] } : happened);
    }
}
