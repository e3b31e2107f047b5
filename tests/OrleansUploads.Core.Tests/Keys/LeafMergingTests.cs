namespace OrleansUploads.Core.Tests.Keys;

public sealed class LeafMergingTests() : LeafDriver(Right)
{
    private static readonly LeafId Right = SomeObject.ObjectLeaf with { Name = LeafName.OfSplit(SomeObject.ObjectLeaf, 1) };

    private static readonly KeyPosition Middle = new("k");

    /// <summary>A leaf behind the first one, with one object that was published and is settled.</summary>
    private static AdoptKeys Adopt { get; } =
        new(Middle, null, null, 0, IsLast: true, [SomeObject.Entry("m", 1)], [], LeafName.First);

    /// <summary>The leaf had one object, which is deleted, so it gives its range away.</summary>
    private Intent Empty()
    {
        Given(Adopt, Delete("m"));
        return Raised(new ConfirmObjectReleased(Some.Upload(1)));
    }

    [Fact]
    public void A_leaf_gives_its_range_when_it_is_empty_and_every_upload_knows_its_fate()
    {
        Given(Adopt);
        Assert.DoesNotContain(Do(Delete("m")).Events, happened => happened is GivingBegun);
        var tell = Raised(new ConfirmObjectReleased(Some.Upload(1))).Does<TellKey>();
        Assert.Equal(LeafName.First, tell.Start);
        var changes = new KeyChanges(Newest: 1, Forgotten: 0, [new KeyDeletion(new KeyPosition("m"), Number: 1)]);
        Assert.Equivalent(new TakeRange(Middle, null, null, Right.Name, [], changes), tell.Command);
    }

    [Fact]
    public void The_first_leaf_never_gives_its_range()
    {
        var first = new LeafDriver(SomeObject.ObjectLeaf);
        first.Given(
            new PublishObject(SomeObject.Entry("m", 1), 1, Condition: null),
            Settle("m", 1),
            Delete("m"),
            new ConfirmObjectReleased(Some.Upload(1)));
        Assert.Equal(LeafPhase.Live, first.State.Phase);
        Assert.Empty(first.Pending);
    }

    [Fact]
    public void While_a_leaf_gives_its_range_a_request_waits_and_is_then_sent_to_the_left()
    {
        var give = Empty();
        KeyLeafCommand[] requests =
            [Find("x"), new TakeTicket(SomeObject.Key("x")), new PublishObject(SomeObject.Entry("x", 2), 1, Condition: null)];
        Assert.All(requests, command =>
        {
            var refused = Do(command);
            Assert.Equal(new ObjectRefusal.PositionMoved(Middle, LeafName.First), refused.Answer);
            Assert.Equal(give.Key, Assert.Single(refused.Intents).Key);
        });

        var taker = LeafName.OfSplit(SomeObject.ObjectLeaf, 7);
        var removal = Assert.Single(Confirm(give, new KeyRoute(new KeyPosition("b"), null, taker)).Intents);
        Assert.Equal(new RemoveRoute(Middle, Right.Name), removal.Tells<RemoveRoute>());
        Assert.Equal(new ObjectRefusal.PositionMoved(Middle, taker), Do(Find("x")).Answer);
        Confirm(removal);
        Assert.Empty(Pending);
        Assert.Equal(new ObjectRefusal.PositionMoved(Middle, taker), Do(Find("x")).Answer);
        Assert.Equal((LeafPhase.Gone, taker), (Rebuilt().Phase, Rebuilt().Left));
    }

    [Fact]
    public void A_leaf_that_gave_its_range_counts_as_sealed_because_the_leaf_that_has_it_was_asked_before()
    {
        Empty();
        Assert.Equal(new LeafSealVerdict(IsEmpty: true, Right: null), Do(new SealLeaf(3)).Answer);
        Assert.Equal(new LeafSealVerdict(IsEmpty: true, Right: null), Do(new UnsealLeaf(4)).Answer);
        Assert.Equal(LeafPhase.Giving, State.Phase);
    }

    [Fact]
    public void Only_the_left_neighbour_takes_a_range_and_only_once()
    {
        // The first leaf, this leaf from k to t, and a neighbour from t on.
        var neighbour = LeafName.OfSplit(Right, 1);
        var end = new KeyPosition("t");
        Given(Adopt with { Upper = end, Right = neighbour });
        var behind = new TakeRange(new KeyPosition("v"), null, null, LeafName.OfSplit(Right, 9), []);
        Assert.Equal(new ObjectRefusal.PositionMoved(end, neighbour), Do(behind).Answer);

        var take = new TakeRange(end, null, null, neighbour, [], new KeyChanges(Newest: 9, Forgotten: 0, []));
        var route = new KeyRoute(Middle, Upper: null, Right.Name);
        Assert.Equal(route, Do(take).Answer);
        Answered<ObjectRefusal.KeyNotFound>(Find("z"));
        Assert.Equal(9, Ticket("z"));
        Assert.Equal(route, Unchanged(take).Answer);
    }

    [Fact]
    public void A_sealed_leaf_keeps_the_range_that_it_takes_sealed()
    {
        var sealedLeaf = KeyLeafState.Unborn with
        {
            Leaf = SomeObject.ObjectLeaf,
            Phase = LeafPhase.Sealed,
            Upper = Middle,
            Right = Right.Name,
        };
        var take = new TakeRange(Middle, null, null, Right.Name, []) { Leaf = SomeObject.ObjectLeaf };
        var after = Decider.Decide(sealedLeaf, take, ServiceTime.Continuous(Now)).Events.Aggregate(sealedLeaf, Decider.Evolve);
        Assert.Equal((LeafPhase.Sealed, null, null), (after.Phase, after.Upper, after.Right));
    }
}
