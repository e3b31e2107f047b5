namespace OrleansUploads.Core.Tests.Keys;

public sealed class KeyLeafDeciderTests() : LeafDriver(SomeObject.ObjectLeaf, maxBytes: 3000)
{
    private readonly Dictionary<int, PublishObject> _sent = [];

    /// <summary>Sends the message of an upload, the same one each time.</summary>
    private object Publish(string key, int upload, PublishCondition? condition = null)
    {
        if (!_sent.TryGetValue(upload, out var message))
        {
            // A leaf that is sealed or that splits gives no ticket.
            var ticket = (Do(new TakeTicket(SomeObject.Key(key))).Answer as KeyTicket)?.Number;
            _sent[upload] = message = new PublishObject(SomeObject.Entry(key, upload, $"{upload}"), 1, condition, ticket);
        }

        return Do(message).Answer;
    }

    private static IEnumerable<string> KeysOf(LeafDriver leaf) => leaf.State.Entries.Select(entry => entry.Key.ToString());

    private SplitBegun Split()
    {
        for (var i = 0; History.OfType<SplitBegun>().LastOrDefault() is null; i++)
        {
            Publish($"key/{i:d3}", 100 + i);
        }

        return History.OfType<SplitBegun>().Last();
    }

    [Fact]
    public void The_first_leaf_exists_without_being_created()
    {
        Answered<ObjectRefusal.KeyNotFound>(Find("a"));
        Assert.Empty(History);
        Assert.Equal(Published, Publish("a", 1));
        Assert.Equal([typeof(LeafOpened), typeof(ObjectAdded)], History.Select(happened => happened.GetType()));
    }

    [Fact]
    public void Another_leaf_is_not_ready_before_it_has_adopted_all_its_keys()
    {
        var right = new LeafDriver(SomeObject.ObjectLeaf with { Name = LeafName.OfSplit(SomeObject.ObjectLeaf, 1) });
        right.Refused<ObjectRefusal.LeafNotReady>(Find("m"));
        var adopt = new AdoptKeys(new KeyPosition("k"), null, null, 0, IsLast: false, [SomeObject.Entry("m", 1)], []);
        right.Given(adopt);
        right.Refused<ObjectRefusal.LeafNotReady>(Find("m"));
        right.Unchanged(adopt);
        right.Unchanged(adopt with { Sequence = 2, IsLast = true });
        right.Given(adopt with { Sequence = 1, IsLast = true, Entries = [SomeObject.Entry("n", 2)] });
        Assert.Equal(SomeObject.Entry("m", 1), right.Do(Find("m")).Answer);
        Assert.Equal(["m", "n"], KeysOf(right));
    }

    [Fact]
    public void A_leaf_adopts_keys_and_what_is_known_about_them_once()
    {
        var right = new LeafDriver(SomeObject.ObjectLeaf with { Name = LeafName.OfSplit(SomeObject.ObjectLeaf, 1) });
        var publication = new Publication(new KeyPosition("m"), Some.Upload(1), Round: 1, IsSettled: false);
        var adopt = new AdoptKeys(
            new KeyPosition("k"),
            Upper: null,
            Right: null,
            Sequence: 0,
            IsLast: true,
            [SomeObject.Entry("m", 1), SomeObject.Entry("n", 2)],
            [publication],
            LeafName.First,
            new KeyChanges(Newest: 5, Forgotten: 2, []));
        right.Given(adopt);
        Assert.Equal(5, right.Ask(new TakeTicket(SomeObject.Key("x"))).Number);

        right.Given(Delete("m"));
        right.Unchanged(adopt);
        Assert.Equal(Published, right.Unchanged(new PublishObject(SomeObject.Entry("m", 1), 1, Condition: null, Ticket: 5)).Answer);
        Assert.Equal(["n"], KeysOf(right));
    }

    [Fact]
    public void A_publication_takes_effect_only_if_its_condition_holds()
    {
        Assert.Equal(Failed(exists: false), Publish("a", 1, Matching("2")));
        Assert.Equal(Failed(exists: false), Publish("a", 6, PublishCondition.MustBePresent));
        Assert.Equal(Published, Publish("a", 2, PublishCondition.MustBeAbsent));
        Assert.Equal(Failed(exists: true), Publish("a", 3, PublishCondition.MustBeAbsent));
        Assert.Equal(Failed(exists: true), Publish("a", 4, Matching("x")));
        Assert.Equal(Some.Upload(2), Assert.Single(State.Entries).Upload);
        Assert.Equal(Overtaken, Publish("a", 6, PublishCondition.MustBePresent));
        Assert.Equal(Published, Publish("a", 5, Matching("2")));
        Assert.Equal(Published, Publish("a", 7, PublishCondition.MustBePresent));
    }

    [Fact]
    public void A_repeated_publication_never_brings_back_an_object_that_was_replaced_or_deleted()
    {
        Publish("a", 1);
        Publish("a", 2);
        Assert.Equal(Published, Publish("a", 1));
        Assert.Equal(Some.Upload(2), Assert.Single(State.Entries).Upload);

        Given(Delete("a"), Settle("a", 2));
        Assert.Equal(Overtaken, Publish("a", 2));
        Assert.Empty(State.Entries);
    }

    [Fact]
    public void A_publication_that_was_refused_does_not_succeed_when_it_is_repeated_but_the_next_round_can()
    {
        Publish("a", 1);
        Publish("a", 2, PublishCondition.MustBeAbsent);
        Given(Delete("a"));
        Assert.Equal(Overtaken, Publish("a", 2, PublishCondition.MustBeAbsent));
        Assert.Empty(State.Entries);
        var next = new PublishObject(SomeObject.Entry("a", 2), 2, PublishCondition.MustBeAbsent, Ticket("a"));
        Assert.Equal(Published, Do(next).Answer);
    }

    [Fact]
    public void The_upload_of_a_replaced_object_is_told_until_it_confirms()
    {
        Publish("a", 1);
        Publish("a", 2);
        var release = Assert.Single(Pending);
        Assert.Equal(
            (new TellEntity(Some.Upload(1).Entity, new ReleaseObject(Some.Noon)), false), (release.Action, release.IsAwaited));
        Confirm(release);
        Assert.Empty(Pending);
    }

    [Fact]
    public void A_deletion_may_have_a_condition_and_succeeds_where_nothing_is()
    {
        Assert.Same(Done.Instance, Do(Delete("a")).Answer);
        Publish("a", 1);
        Assert.Equal(new ObjectRefusal.PreconditionFailed(Exists: true), Do(Delete("a", Matching("x"))).Answer);
        Assert.Same(Done.Instance, Do(Delete("a", Matching("1"))).Answer);
        Assert.Empty(State.Entries);
    }

    [Fact]
    public void A_leaf_that_is_too_long_refuses_its_upper_keys_and_moves_them()
    {
        var split = Split();
        var refused = Do(Find("key/999"));
        Assert.Equal(new ObjectRefusal.PositionMoved(split.At, split.Right), refused.Answer);
        Assert.IsType<ObjectRefusal.PositionMoved>(Publish("key/999", 900));
        Assert.StartsWith("adopt/1/0", Assert.Single(refused.Intents).Key, StringComparison.Ordinal);
        var adopt = refused.Intents[0].Tells<AdoptKeys>();
        Assert.Equal((split.At, (KeyPosition?)null, (LeafName?)null, true), (adopt.From, adopt.Upper, adopt.Right, adopt.IsLast));

        ConfirmAll();
        Assert.All(KeysOf(this), key => Assert.True(new KeyPosition(key) < split.At));
        Assert.Equal((split.At, split.Right), (State.Upper!.Value, State.Right!.Value));
        Assert.Null(State.Split);
    }

    [Fact]
    public void Keys_in_ascending_order_leave_full_leaves_behind()
    {
        Split();
        ConfirmAll();
        Assert.InRange(State.EntryBytes, 3000 * 3 / 4, 3000);
    }

    [Fact]
    public void The_names_of_leaves_never_recur()
    {
        var first = Split().Right;
        ConfirmAll();
        for (var i = 0; History.OfType<SplitBegun>().Count() == 1; i++)
        {
            Publish($"key/000/{i:d3}", 500 + i);
        }

        Assert.NotEqual(first, History.OfType<SplitBegun>().Last().Right);
        Assert.Equal(2, State.Splits);
    }

    [Fact]
    public void A_long_leaf_moves_in_several_messages_and_what_is_remembered_moves_along()
    {
        var leaf = new LeafDriver(SomeObject.ObjectLeaf);
        for (var i = 0; leaf.State.Split is null; i++)
        {
            leaf.Do(new PublishObject(SomeObject.Entry($"key/{(i * 7919) % 10_000:d5}", i), 1, null));
        }

        var moved = new List<AdoptKeys>();
        var first = leaf.Pending.First();
        while (leaf.State.Split is { Next: not null })
        {
            var intent = leaf.Pending.First();
            moved.Add(intent.Tells<AdoptKeys>());
            leaf.Confirm(intent);

            // A refusal may wait for the repetition of an earlier message. It must wait for the whole move.
            var repeated = leaf.Confirm(first);
            Assert.Empty(repeated.Events);
            Assert.Equal(
                leaf.State.Split is { Next: not null } ? LeafMove.IntentOf(leaf.State)!.Key : null, repeated.Intents.SingleOrDefault()?.Key);
        }

        Assert.True(moved.Count > 1);
        Assert.Equal(Enumerable.Range(0, moved.Count), moved.Select(message => message.Sequence));
        Assert.All(moved, message => Assert.Equal(message == moved[^1], message.IsLast));
        Assert.All(moved, message => Assert.Equal(message.Entries.Count, message.Publications.Count));
        Assert.Equal(leaf.State.Entries.Length, leaf.State.Unsettled.Count);
    }

    [Fact]
    public void A_sealed_leaf_takes_nothing_but_still_answers_repeated_publications()
    {
        Publish("a", 1);
        Assert.Equal(new LeafSealVerdict(IsEmpty: false, Right: null), Do(new SealLeaf()).Answer);
        Given(Delete("a"));
        Assert.Equal(new LeafSealVerdict(IsEmpty: true, Right: null), Do(new SealLeaf()).Answer);
        Assert.IsType<ObjectRefusal.LeafIsSealed>(Publish("b", 2));
        Assert.Equal(Published, Publish("a", 1));
        Given(new UnsealLeaf());
        Assert.Equal(Published, Publish("b", 2));
    }

    [Fact]
    public void Late_and_repeated_messages_neither_seal_nor_unseal_a_leaf()
    {
        Publish("a", 1);
        Given(new SealLeaf(1), new UnsealLeaf(2), Delete("a"));
        Unchanged(new SealLeaf(1));
        Assert.Equal(Published, Publish("b", 2));

        Given(Delete("b"), new SealLeaf(3));
        Unchanged(new UnsealLeaf(2));
        Unchanged(new SealLeaf(3));
        Assert.IsType<ObjectRefusal.LeafIsSealed>(Publish("c", 3));
    }

    [Fact]
    public void Unsealing_again_gives_the_first_answer_even_if_the_leaf_has_entries_since()
    {
        Given(new SealLeaf(1));
        var first = Do(new UnsealLeaf(2)).Answer;
        Publish("a", 1);
        Assert.Equal(first, Do(new UnsealLeaf(2)).Answer);
    }

    [Fact]
    public void A_leaf_answers_with_the_first_entry_of_each_common_prefix()
    {
        string[] keys = ["a/1", "a/2", "a/b/3", "b", "b/", "c/4", "c/5"];
        foreach (var (number, key) in keys.Index())
        {
            Publish(key, number + 1);
        }

        Assert.Equal(["a/1", "b", "b/", "c/4"], Read(new(KeyPosition.Start, 4, new CommonPrefixes("", "/"))));
        Assert.Equal(["a/1", "a/2", "more"], Read(new(KeyPosition.Start, 2, new CommonPrefixes("a/", "/"))));
        Assert.Equal(["a/1", "b", "more"], Read(new(KeyPosition.Start, 2, new CommonPrefixes("", "/"))));
        Assert.Equal(["a/1", "a/2", "a/b/3", "b", "more"], Read(new(KeyPosition.Start, 4)));

        IEnumerable<string> Read(ReadLeaf read)
        {
            var page = Ask(read);
            return page.Entries.Select(entry => entry.Key.ToString()).Concat(page.HasMore ? ["more"] : []);
        }
    }

    [Fact]
    public void Uploads_of_one_key_are_in_the_order_of_their_initiation()
    {
        var uploads = new LeafDriver(SomeObject.UploadLeaf);
        foreach (var (upload, minute) in new[] { (1, 5), (2, 3), (3, 9) })
        {
            uploads.Given(new ListUpload(SomeObject.UploadEntry("a", upload, minute)));
        }

        var page = uploads.Ask(new ReadLeaf(KeyPosition.Start, 10));
        Assert.Equal([Some.Upload(2), Some.Upload(1), Some.Upload(3)], page.Entries.Select(entry => entry.Upload));
    }
}
