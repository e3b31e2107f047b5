namespace OrleansUploads.Core.Tests.Keys;

/// <summary>Publications that arrive after their key was changed: those that were interrupted, and those that are repeated.</summary>
public sealed class LatePublicationTests() : LeafDriver(SomeObject.ObjectLeaf)
{
    [Fact]
    public void A_publication_that_was_interrupted_never_replaces_an_object_that_was_published_since()
    {
        var interrupted = Prepare("a", 1);
        Given(Prepare("a", 2));
        Assert.Equal(Overtaken, Do(interrupted).Answer);
        Assert.Equal(Some.Upload(2), Current("a"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_publication_that_was_interrupted_never_comes_back_after_a_deletion(bool hasObject)
    {
        if (hasObject)
        {
            Given(Prepare("a", 2));
        }

        var interrupted = Prepare("a", 1);
        Given(Delete("a"));
        Assert.Equal(Overtaken, Do(interrupted).Answer);
        Assert.Null(Current("a"));
    }

    [Fact]
    public void The_deletion_of_a_key_is_remembered_when_another_deleted_key_gets_an_object()
    {
        var interrupted = Prepare("a", 1);
        Given(Delete("a"), Delete("b"));
        Given(Prepare("b", 2));
        Assert.Equal(Overtaken, Do(interrupted).Answer);
        Assert.Null(Current("a"));
    }

    [Fact]
    public void A_publication_that_was_interrupted_takes_effect_if_only_other_keys_were_changed()
    {
        var interrupted = Prepare("a", 1);
        Given(Prepare("b", 2), Delete("c"));
        Assert.Equal(Published, Do(interrupted).Answer);
    }

    [Fact]
    public void Of_two_concurrent_publications_the_one_that_began_later_stays()
    {
        var first = Prepare("a", 1);
        Given(Prepare("b", 9));
        var second = Prepare("a", 2);
        Assert.Equal(Published, Do(second).Answer);
        Answered<PublicationVerdict.Overwritten>(first);
        Assert.Equal(Some.Upload(2), Current("a"));

        first = Prepare("a", 3);
        Given(Prepare("b", 10));
        second = Prepare("a", 4);
        Assert.Equal(Published, Do(first).Answer);
        Assert.Equal(Published, Do(second).Answer);
        Assert.Equal(Some.Upload(4), Current("a"));
    }

    [Fact]
    public void A_publication_with_the_same_ticket_as_the_current_object_needs_a_ticket_of_its_own()
    {
        var (first, second, third) = (Prepare("a", 1), Prepare("a", 2), Prepare("a", 3));
        Assert.Equal(Published, Do(first).Answer);
        Assert.Equal(Overtaken, Do(second).Answer);
        Assert.Equal(Overtaken, Do(third).Answer);
        var (of2, of3) = (Issue("a"), Issue("a"));
        Assert.True(of2 < of3 && of3 < Ticket("a"));
        Assert.Equal(Published, Do(third with { Ticket = of3 }).Answer);
        Answered<PublicationVerdict.Overwritten>(second with { Ticket = of2 });
        Assert.Equal(Some.Upload(3), Current("a"));
    }

    [Fact]
    public void An_object_is_not_put_before_a_change_that_depends_on_what_the_key_had()
    {
        Given(Prepare("a", 1));
        var blind = Prepare("a", 2);
        Given(Prepare("b", 9));
        Assert.Equal(Published, Do(Prepare("a", 3, Matching("1"))).Answer);
        Assert.Equal(Overtaken, Do(blind).Answer);
        Assert.Equal(Some.Upload(3), Current("a"));
    }

    [Fact]
    public void A_publication_with_a_condition_never_replaces_an_object_that_was_published_since()
    {
        Given(Prepare("a", 1));
        var late = Prepare("a", 2);
        Given(Prepare("b", 9));
        var conditional = Prepare("a", 3, PublishCondition.MustBePresent);
        Assert.Equal(Published, Do(late).Answer);
        Assert.Equal(Overtaken, Do(conditional).Answer);
        Assert.Equal(Some.Upload(2), Current("a"));
    }

    [Fact]
    public void A_repeated_publication_of_the_current_object_changes_nothing()
    {
        var message = Prepare("a", 1);
        Given(message, Settle("a", 1));
        Assert.Equal(Published, Unchanged(message).Answer);
    }

    [Fact]
    public void A_repeated_publication_never_brings_back_what_was_overwritten_or_deleted_however_long_ago()
    {
        var (a, b) = (Prepare("a", 1), Prepare("b", 2));
        Given(a, b, Settle("a", 1), Settle("b", 2));
        Given(Prepare("a", 3), Delete("b"));
        DeleteMany();
        Assert.NotEqual(Published, Do(a).Answer);
        Assert.NotEqual(Published, Do(b).Answer);
        Assert.Equal(Some.Upload(3), Current("a"));
        Assert.Null(Current("b"));
    }

    [Fact]
    public void A_leaf_refuses_a_ticket_from_before_the_newest_deletion_that_it_has_forgotten()
    {
        var interrupted = Prepare("a", 1);
        Given(Delete("a"));
        var untouched = Prepare("b", 2);
        DeleteMany();
        Assert.Null(State.FindChange(new KeyPosition("a")));
        Assert.Equal(Overtaken, Do(interrupted).Answer);
        Assert.Equal(Overtaken, Do(untouched).Answer);
        Assert.Equal(Published, Do(untouched with { Ticket = Ticket("b") }).Answer);
    }

    [Fact]
    public void A_leaf_knows_the_newest_change_of_each_key_that_has_an_object()
    {
        Given(Prepare("a", 1));
        var message = Prepare("a", 2);
        DeleteMany();
        Assert.Equal(Published, Do(message).Answer);
    }

    [Fact]
    public void A_ticket_that_the_leaf_has_not_given_is_refused() =>
        Assert.Equal(Overtaken, Do(Prepare("a", 1) with { Ticket = 1 }).Answer);

    [Fact]
    public void A_publication_without_a_ticket_comes_before_every_change()
    {
        Assert.Equal(Published, Do(Prepare("a", 1) with { Ticket = null }).Answer);
        Assert.Equal(Overtaken, Do(Prepare("a", 2) with { Ticket = null }).Answer);
    }

    [Fact]
    public void A_leaf_that_gets_keys_continues_the_numbers_of_the_leaf_that_had_them()
    {
        KeyDeletion Deleted(string key, long number) => new(new KeyPosition(key), number);
        Given(Prepare("a", 1));
        Given(Delete("b"));
        var others = new KeyChanges(
            Newest: 500, Forgotten: 7, [.. Enumerable.Range(0, KeyChanges.MaxDeletions).Select(i => Deleted($"x/{i}", 400 + i))]);
        var taken = KeyLeafEvolution.Apply(State, new RangeTaken(Upper: null, Right: null, [], others));
        Assert.Equal((500, 7), (taken.Changes.Newest, taken.Changes.Forgotten));
        Assert.Equal(others.Deletions, taken.Changes.Deletions);
        Assert.Equal(500, KeyLeafEvolution.Apply(taken, new RangeTaken(Upper: null, Right: null, [])).Changes.Newest);
    }

    private void DeleteMany()
    {
        for (var i = 0; i <= KeyChanges.MaxDeletions; i++)
        {
            Given(Delete($"other/{i}"));
        }
    }

    /// <summary>Takes a ticket and makes the message of an upload.</summary>
    private PublishObject Prepare(string key, int upload, PublishCondition? condition = null) =>
        new(SomeObject.Entry(key, upload, $"{upload}"), 1, condition, Ticket(key));

    private long Issue(string key) => Ask(new IssueTicket(SomeObject.Key(key))).Number;

    private UploadId? Current(string key) => State.FindEntry(new KeyPosition(key))?.Upload;
}
