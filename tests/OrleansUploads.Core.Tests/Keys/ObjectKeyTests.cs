namespace OrleansUploads.Core.Tests.Keys;

public sealed class ObjectKeyTests
{
    private static readonly string[] Texts =
        ["a", "a/", "a/b", "ab", "\0", "\uD7FF", "\uE000", "\uFFFF", "\U00010000", "\U0010FFFF", "é", "a\U0001F600", "a\uFF5E"];

    [Fact]
    public void Keys_are_in_the_order_of_their_UTF_8_bytes()
    {
        foreach (var left in Texts)
        {
            foreach (var right in Texts)
            {
                var expected = Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right));
                Assert.Equal(Math.Sign(expected), Math.Sign(ObjectKey.Compare(left, right)));
            }
        }
    }

    [Fact]
    public void The_end_of_a_prefix_is_behind_every_key_with_it_and_before_every_other()
    {
        foreach (var prefix in Texts)
        {
            var end = ObjectKey.EndOfPrefix(prefix);
            foreach (var text in Texts.Append(prefix + "x").Append(prefix + "\U0010FFFF"))
            {
                var isInside = text.StartsWith(prefix, StringComparison.Ordinal);
                Assert.Equal(
                    isInside,
                    ObjectKey.Compare(text, prefix) >= 0 && (end is null || ObjectKey.Compare(text, end) < 0));
            }
        }
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("a", true)]
    [InlineData("//../%2F\n", true)]
    public void A_key_is_any_text_with_a_UTF_8_form(string text, bool valid) => Assert.Equal(valid, ObjectKey.TryParse(text, out _));

    [Fact]
    public void Half_a_surrogate_pair_has_no_UTF_8_form() => Assert.False(ObjectKey.TryParse("a" + (char)0xD800, out _));

    [Theory]
    [InlineData(1023, true)]
    [InlineData(1024, true)]
    [InlineData(1025, false)]
    public void A_key_has_at_most_1024_bytes(int bytes, bool valid)
    {
        Assert.Equal(valid, ObjectKey.TryParse(new string('k', bytes), out _));
        Assert.Equal(valid, ObjectKey.TryParse("é" + new string('k', bytes - 2), out _));
    }

    [Theory]
    [InlineData("abc", true)]
    [InlineData("ab", false)]
    [InlineData("a.b-c.9", true)]
    [InlineData("Abc", false)]
    [InlineData("-bc", false)]
    [InlineData("ab-", false)]
    [InlineData("a..b", false)]
    [InlineData("192.168.0.1", false)]
    [InlineData("192.168.0.1000", true)]
    [InlineData("a_b", false)]
    public void A_bucket_name_follows_the_rules_of_S3(string text, bool valid) =>
        Assert.Equal(valid, BucketName.TryParse(text, out _));

    [Fact]
    public void The_texts_of_IDs_are_read_back()
    {
        var leaf = SomeObject.UploadLeaf with { Name = LeafName.OfSplit(SomeObject.UploadLeaf, 3) };
        Assert.True(LeafId.TryParse(leaf.ToString(), out var again));
        Assert.Equal(leaf, again);
        Assert.Equal("holiday-photos/1/u/0", SomeObject.UploadLeaf.ToString());
        Assert.True(ObjectETag.TryParse("b2add96cc9702bbf4efb0ccdfc6b7747-3", out var tag));
        Assert.Equal((3, "b2add96cc9702bbf4efb0ccdfc6b7747-3"), (tag.Parts, tag.ToString()));
        Assert.False(ObjectETag.TryParse("b2add96cc9702bbf4efb0ccdfc6b7747-0", out _));
    }

    [Fact]
    public void Every_leaf_of_a_million_random_keys_has_a_route()
    {
        // A leaf that fills at random has about 300 keys.
        const int Leaves = 1_000_000 / 300;
        var decider = new KeyRoutesDecider();
        var state = Enumerable.Range(1, Leaves).Aggregate(decider.Initial, (routes, i) => decider.Evolve(
            routes, new RouteAdded(new KeyPosition($"photo-{i:0000000000}.jpg"), LeafName.OfSplit(SomeObject.ObjectLeaf, i))));
        Assert.Equal(Leaves, state.Routes.Count);
    }

    [Fact]
    public void Too_many_routes_are_thinned_out_and_still_lead_to_the_left_of_a_key()
    {
        var routes = new DeciderDriver<KeyRoutesState, KeyRoutesCommand, KeyRoutesEvent>(new KeyRoutesDecider(maxBytes: 1000));
        for (var i = 1; i <= 100; i++)
        {
            routes.Do(new AddRoute(new KeyPosition($"k{i:d3}"), LeafName.OfSplit(SomeObject.ObjectLeaf, i)));
        }

        Assert.InRange(routes.State.Routes.Count, 2, 20);
        foreach (var key in new[] { "a", "k001", "k050", "k077x", "z" })
        {
            var route = routes.Ask(new FindRoute(new KeyPosition(key)));
            Assert.True(route.From <= new KeyPosition(key) && !(route.Upper <= new KeyPosition(key)));
        }
    }

    [Theory]
    [InlineData(300, KeyRoutesDecider.MaxBytes)]
    [InlineData(KeyRoutesDecider.MaxBytes, 300)]
    [InlineData(1000, 300)]
    public void The_routes_of_a_history_do_not_depend_on_the_limit_of_the_program_that_reads_it(long written, long read)
    {
        var routes = new DeciderDriver<KeyRoutesState, KeyRoutesCommand, KeyRoutesEvent>(new KeyRoutesDecider(written));
        for (var i = 1; i <= 50; i++)
        {
            routes.Do(new AddRoute(new KeyPosition($"k{i:d3}"), LeafName.OfSplit(SomeObject.ObjectLeaf, i)));
            routes.Do(new RemoveRoute(new KeyPosition($"k{i / 2:d3}"), LeafName.OfSplit(SomeObject.ObjectLeaf, i / 2)));
        }

        Assert.Contains(routes.History, happened => happened is RouteRemoved);
        var reader = new KeyRoutesDecider(read);
        var rebuilt = routes.History.Aggregate(reader.Initial, reader.Evolve);
        Assert.Equal(routes.State.Routes, rebuilt.Routes);
        Assert.Equal(routes.State.Bytes, rebuilt.Bytes);
    }

    [Fact]
    public void The_removal_of_a_route_that_was_dropped_removes_no_other()
    {
        var decider = new KeyRoutesDecider();
        var state = decider.Evolve(decider.Initial, new RouteAdded(new KeyPosition("k"), LeafName.OfSplit(SomeObject.ObjectLeaf, 1)));
        foreach (var other in new[] { "a", "z" })
        {
            Assert.Equal(state, decider.Evolve(state, new RouteRemoved(new KeyPosition(other))));
        }
    }
}
