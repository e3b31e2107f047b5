using LeafMistake = OrleansUploads.TestKit.Mistake<
    OrleansUploads.Core.Keys.KeyLeafState,
    OrleansUploads.Core.Keys.KeyLeafCommand,
    OrleansUploads.Core.Keys.KeyLeafEvent>;

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

    public static TheoryData<string> Bugs => [.. Mistakes.All.Keys];

    /// <summary>A checker that finds nothing wrong with wrong rules would be worthless.</summary>
    [Theory]
    [MemberData(nameof(Bugs))]
    public Task A_planted_bug_is_found_by_its_seed_or_within_150_others(string bug)
    {
        var (foundBy, plant) = Mistakes.All[bug];
        var wrong = plant(new KeyLeafDecider(SmallLeafBytes));
        return RecordedSeed.AssertFindsAsync(foundBy, seeds: 150, seed => Task.FromResult(new RandomIndex(seed, wrong).Run(Steps) is not null));
    }

    private abstract class Mistakes : Rules<KeyLeafEvent>
    {
        public static IReadOnlyDictionary<string, (int FoundBy, Func<KeyLeafDecider, LeafMistake> Plant)> All { get; } =
            new Dictionary<string, (int, Func<KeyLeafDecider, LeafMistake>)>
            {
                ["the new leaf of a split does not get the first of its keys"] = (1, right => new(right)
                {
                    Evolves = (state, happened) => right.Evolve(
                        state, happened is KeysAdopted adopted ? adopted with { Entries = [.. adopted.Entries.Skip(1)] } : happened),
                }),
                ["what is remembered about publications does not move with a split"] = (1, right => new(right)
                {
                    Evolves = (state, happened) => right.Evolve(
                        state, happened is KeysAdopted adopted ? adopted with { Publications = [] } : happened),
                }),
                ["a leaf takes keys that it is moving to another leaf"] = (1, right => new(right)
                {
                    Decides = (state, command, time) =>
                        command is PublishObject publish && state.Split is { Next: not null }
                        && new KeyPosition(publish.Entry.Key.ToString()) >= state.Split.At
                            ? Published(publish, time)
                            : right.Decide(state, command, time),
                }),
                ["a condition is not looked at"] = (1, right => new(right)
                {
                    Decides = (state, command, time) =>
                        right.Decide(state, command is PublishObject publish ? publish with { Condition = null } : command, time),
                }),
                ["an overwrite releases the bytes of the new object"] = (1, right => new(right)
                {
                    Evolves = (state, happened) =>
                    {
                        var after = right.Evolve(state, happened);
                        return happened is ObjectAdded { Entry.Upload: var upload, At: var at }
                            && after.Releases.Count > state.Releases.Count
                            ? after with { Releases = state.Releases.SetItem(upload.ToString(), new PendingRelease(upload, at)) }
                            : after;
                    },
                }),
                ["a leaf adopts the same keys again and so brings back what was deleted since"] = (1, right => new(right)
                {
                    Decides = (state, command, time) => command is AdoptKeys adopt
                        ? Accept(new KeysAdopted(
                            adopt.Leaf!.Value, adopt.From, adopt.Upper, adopt.Right, adopt.Sequence, adopt.IsLast, adopt.Entries, []))
                        : right.Decide(state, command, time),
                }),
                ["a snapshot leaves out the uploads that are not told yet"] = (1, right => new(right)
                {
                    Compacts = state => right.Compact(state).Select(
                        happened => happened is LeafSnapshot snapshot ? snapshot with { Releases = [] } : happened),
                }),
                ["a leaf takes the range of a leaf that is not its neighbour"] = (10, right => new(right)
                {
                    Decides = (state, command, time) =>
                        command is TakeRange take && state.Phase == LeafPhase.Live && state.End is not null
                            ? Accept(
                                new KeyRoute(state.From, Upper: null, state.Leaf.Name),
                                new RangeTaken(take.Upper, take.Right, take.Publications))
                            : right.Decide(state, command, time),
                }),
                ["a leaf takes entries although it is giving its range or has given it"] = (21, right => new(right)
                {
                    Decides = (state, command, time) => command switch
                    {
                        TakeTicket when state.Phase >= LeafPhase.Giving => Reply(new KeyTicket(state.Changes.Newest)),
                        PublishObject publish when state.Phase >= LeafPhase.Giving => Published(publish, time),
                        _ => right.Decide(state, command, time),
                    },
                }),
                ["what an empty leaf knows of changes is not given"] = (21, right => new(right)
                {
                    Evolves = (state, happened) =>
                        right.Evolve(state, happened is RangeTaken taken ? taken with { Changes = null } : happened),
                }),
                ["a leaf takes a key that it does not know for one that was never deleted"] = (4, right => new(right)
                {
                    Evolves = (state, happened) =>
                    {
                        var after = right.Evolve(state, happened);
                        return after with { Changes = after.Changes with { Forgotten = 0 } };
                    },
                }),
                ["the new leaf of a split begins to count anew"] = (1, right => new(right)
                {
                    Evolves = (state, happened) =>
                        right.Evolve(state, happened is KeysAdopted adopted ? adopted with { Changes = null } : happened),
                }),
                ["a publication comes whenever it arrives"] = (1, right => new(right)
                {
                    Decides = (state, command, time) => right.Decide(
                        state, command is PublishObject publish ? publish with { Ticket = state.Changes.Newest } : command, time),
                }),
                ["the deletion of a key without an object is not recorded"] = (1, right => new(right)
                {
                    Decides = (state, command, time) =>
                    {
                        var decision = right.Decide(state, command, time);
                        return decision.Events is [ObjectRemoved removed]
                            && !state.Entries.ContainsKey(new KeyPosition(removed.Key.ToString()))
                            ? Nothing
                            : decision;
                    },
                }),
            };

        private static Decision<KeyLeafEvent> Published(PublishObject publish, ServiceTime time) =>
            Accept(new PublicationVerdict.Published(), new ObjectAdded(publish.Entry, publish.Round, time.Now));
    }
}
