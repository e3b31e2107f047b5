using OrleansUploads.Core.Keys;

namespace OrleansUploads.Core.Tests.Keys;

public sealed class LeafMergingTests
{
    private static readonly LeafId Right = SomeObject.ObjectLeaf with { Name = LeafName.OfSplit(SomeObject.ObjectLeaf, 1) };

    private static readonly KeyPosition Middle = new("k");

    private readonly DeciderDriver<KeyLeafState, KeyLeafCommand, KeyLeafEvent> _leaf = new(new KeyLeafDecider());

    /// <summary>A leaf behind the first one, with one object that was published and is settled.</summary>
    private void Adopt() => Do(new AdoptKeys(
        Middle, null, null, 0, IsLast: true, [SomeObject.Entry("m", 1)], [], LeafName.First));

    private Decision<KeyLeafEvent> Do(KeyLeafCommand command) => _leaf.Do(command with { Leaf = Right });

    private Intent Empty()
    {
        Do(new DeleteObject(SomeObject.Key("m"), Condition: null));
        return Assert.Single(Do(new ConfirmObjectReleased(Some.Upload(1))).Intents);
    }

    [Fact]
    public void A_leaf_gives_its_range_when_it_is_empty_and_every_upload_knows_its_fate()
    {
        Adopt();
        Assert.DoesNotContain(Do(new DeleteObject(SomeObject.Key("m"), Condition: null)).Events, happened => happened is GivingBegun);
        var give = Assert.Single(Do(new ConfirmObjectReleased(Some.Upload(1))).Intents);
        var tell = Assert.IsType<TellKey>(give.Action);
        Assert.Equal(LeafName.First, tell.Start);
        var changes = new KeyChanges(Newest: 1, Forgotten: 0, [new KeyDeletion(new KeyPosition("m"), Number: 1)]);
        Assert.Equivalent(new TakeRange(Middle, null, null, Right.Name, [], changes), tell.Command);
    }

    [Fact]
    public void The_first_leaf_never_gives_its_range()
    {
        _leaf.Do(new PublishObject(SomeObject.Entry("m", 1), 1, Condition: null) { Leaf = SomeObject.ObjectLeaf });
        _leaf.Do(new SettlePublication(SomeObject.Key("m"), Some.Upload(1)) { Leaf = SomeObject.ObjectLeaf });
        _leaf.Do(new DeleteObject(SomeObject.Key("m"), Condition: null) { Leaf = SomeObject.ObjectLeaf });
        _leaf.Do(new ConfirmObjectReleased(Some.Upload(1)) { Leaf = SomeObject.ObjectLeaf });
        Assert.Equal(LeafPhase.Live, _leaf.State.Phase);
        Assert.Empty(_leaf.Decider.Pending(_leaf.State));
    }

    [Fact]
    public void While_a_leaf_gives_its_range_a_request_waits_and_is_then_sent_to_the_left()
    {
        Adopt();
        var give = Empty();
        var refused = Do(new FindObject(SomeObject.Key("x")));
        Assert.Equal(new ObjectRefusal.PositionMoved(Middle, LeafName.First), refused.Answer);
        Assert.Equal(give.Key, Assert.Single(refused.Intents).Key);

        var taker = LeafName.OfSplit(SomeObject.ObjectLeaf, 7);
        var removal = Assert.Single(Do((KeyLeafCommand)give.ConfirmationOf(new KeyRoute(new KeyPosition("b"), null, taker))).Intents);
        Assert.Equal(new RemoveRoute(Middle, Right.Name), ((TellEntity)removal.Action).Command);
        Assert.Equal(new ObjectRefusal.PositionMoved(Middle, taker), Do(new FindObject(SomeObject.Key("x"))).Answer);
        Do((KeyLeafCommand)removal.Confirmation);
        Assert.Empty(_leaf.Decider.Pending(_leaf.State));
        Assert.Equal(new ObjectRefusal.PositionMoved(Middle, taker), Do(new FindObject(SomeObject.Key("x"))).Answer);
        var again = _leaf.Decider.Compact(_leaf.State).Aggregate(_leaf.Decider.Initial, _leaf.Decider.Evolve);
        Assert.Equal((LeafPhase.Gone, taker), (again.Phase, again.Left));
    }

    [Fact]
    public void A_leaf_that_gave_its_range_counts_as_sealed_because_the_leaf_that_has_it_was_asked_before()
    {
        Adopt();
        Empty();
        Assert.Equal(new LeafSealVerdict(IsEmpty: true, Right: null), Do(new SealLeaf(3)).Answer);
        Assert.Equal(new LeafSealVerdict(IsEmpty: true, Right: null), Do(new UnsealLeaf(4)).Answer);
        Assert.Equal(LeafPhase.Giving, _leaf.State.Phase);
    }

    [Fact]
    public void Only_the_left_neighbour_takes_a_range_and_only_once()
    {
        // The first leaf, this leaf from k to t, and a neighbour from t on.
        var neighbour = LeafName.OfSplit(Right, 1);
        var end = new KeyPosition("t");
        Do(new AdoptKeys(Middle, end, neighbour, 0, IsLast: true, [SomeObject.Entry("m", 1)], [], LeafName.First));
        var behind = new TakeRange(new KeyPosition("v"), null, null, LeafName.OfSplit(Right, 9), []);
        Assert.Equal(new ObjectRefusal.PositionMoved(end, neighbour), Do(behind).Answer);

        var take = new TakeRange(end, null, null, neighbour, []);
        var route = new KeyRoute(Middle, Upper: null, Right.Name);
        Assert.Equal(route, Do(take).Answer);
        Assert.IsType<ObjectRefusal.KeyNotFound>(Do(new FindObject(SomeObject.Key("z"))).Answer);
        var repeated = Do(take);
        Assert.Equal(route, repeated.Answer);
        Assert.Empty(repeated.Events);
    }

    [Fact]
    public void A_sealed_leaf_keeps_the_range_that_it_takes_sealed()
    {
        var first = new KeyLeafDecider();
        var sealedLeaf = KeyLeafState.Unborn with
        {
            Leaf = SomeObject.ObjectLeaf,
            Phase = LeafPhase.Sealed,
            Upper = Middle,
            Right = Right.Name,
        };
        var taken = first.Decide(sealedLeaf, new TakeRange(Middle, null, null, Right.Name, []) { Leaf = SomeObject.ObjectLeaf }, ServiceTime.Continuous(Some.Noon));
        var after = taken.Events.Aggregate(sealedLeaf, first.Evolve);
        Assert.Equal((LeafPhase.Sealed, null, null), (after.Phase, after.Upper, after.Right));
    }
}
