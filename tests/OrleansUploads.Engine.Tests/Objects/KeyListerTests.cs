using OrleansUploads.Core.Keys;
using OrleansUploads.Engine.Keys;

namespace OrleansUploads.Engine.Tests.Objects;

public sealed class KeyListerTests
{
    private readonly ObjectBench _bench = new();

    [Fact]
    public async Task Entries_are_counted_leaf_by_leaf_with_the_sizes_of_their_objects()
    {
        await _bench.CreateBucketAsync();
        for (var number = 0; number < 60; number++)
        {
            await _bench.PutAsync($"key {number:d2}", new string('x', number + 1));
        }

        await _bench.DeleteAsync("key 59");
        var lister = new KeyLister(_bench.Keys);
        var index = new KeyIndexId(SomeObject.Bucket, KeyTree.Objects);
        Assert.Equal(new KeySum(59, Enumerable.Range(1, 59).Sum(), HasMore: false), await lister.SumAsync(index, 1000, CancellationToken.None));
        var first = await lister.SumAsync(index, 1, CancellationToken.None);
        Assert.True(first.HasMore);
        Assert.InRange(first.Count, 1, 58);
    }

    /// <summary>Pages through a listing and compares it with one of the sorted keys.</summary>
    private async Task CheckAsync(IEnumerable<string> keys, string prefix, string delimiter, string after, int limit)
    {
        var expected = new List<string>();
        foreach (var key in keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).Order(ObjectKey.Utf8Order))
        {
            var at = delimiter.Length == 0 ? -1 : key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
            var item = at < 0 ? key : key[..(at + delimiter.Length)];
            var isInside = at >= 0 && after.StartsWith(item, StringComparison.Ordinal);
            if (ObjectKey.Compare(key, after) > 0 && !isInside && expected.LastOrDefault() != item)
            {
                expected.Add(item);
            }
        }

        var listed = new List<string>();
        KeyPosition? next = after.Length == 0 ? null : KeyPosition.Behind(after);
        do
        {
            var page = await _bench.ListAsync(prefix: prefix, delimiter: delimiter, after: next, limit: limit);
            var items = page.Entries.Select(entry => entry.Key.ToString()).Concat(page.CommonPrefixes).Order(ObjectKey.Utf8Order).ToList();
            Assert.True(items.Count == limit || page.Next is null, $"A page of {items.Count} says that more follow.");
            listed.AddRange(items);
            next = page.Next;
        }
        while (next is not null);

        Assert.Equal(expected, listed);
    }

    [Fact]
    public async Task Listings_over_many_leaves_are_those_of_a_sorted_list()
    {
        await _bench.CreateBucketAsync();
        var random = new Random(1);
        var keys = new HashSet<string>();
        for (var i = 0; i < 300; i++)
        {
            var key = $"{(char)('a' + random.Next(3))}/{random.Next(12)}/{random.Next(20)}{(random.Next(5) == 0 ? "/" : "")}";
            keys.Add(key);
            await _bench.PutAsync(key, "x");
        }

        for (var round = 0; round < 120; round++)
        {
            var some = keys.ElementAt(random.Next(keys.Count));
            var prefix = random.Next(3) switch { 0 => "", 1 => some[..random.Next(some.Length)], _ => "b/1" };
            var delimiter = random.Next(3) switch { 0 => "", 1 => "/1", _ => "/" };
            var after = random.Next(3) switch { 0 => "", 1 => some, _ => some[..random.Next(1, some.Length)] };
            await CheckAsync(keys, prefix, delimiter, after, random.Next(1, 40));
        }
    }

    [Fact]
    public async Task Each_common_prefix_reads_at_most_two_leaves()
    {
        await _bench.CreateBucketAsync();
        for (var i = 0; i < 400; i++)
        {
            await _bench.PutAsync($"p{i / 100}/{i:d4}", "x");
        }

        var host = new CountingHost(_bench.Host);
        var page = await new KeyLister(new KeyIndex(host)).ListAsync(
            new KeyListing(SomeObject.Objects, "", "/", After: null, Limit: 1000), CancellationToken.None);
        Assert.Equal(["p0/", "p1/", "p2/", "p3/"], page.CommonPrefixes);
        Assert.InRange(host.PagesRead, 4, 8);
    }

    [Fact]
    public async Task Uploads_of_one_busy_key_are_listed_page_by_page_in_the_order_of_their_initiation()
    {
        await _bench.CreateBucketAsync();
        var initiated = new List<UploadId>();
        for (var i = 0; i < 60; i++)
        {
            initiated.Add(await _bench.InitiateAsync("busy"));
            if (i % 3 == 0)
            {
                _bench.Time.Advance(TimeSpan.FromMilliseconds(1));
            }
        }

        var listed = new List<KeyEntry>();
        KeyPosition? next = null;
        do
        {
            var page = await _bench.ListAsync(KeyTree.Uploads, after: next, limit: 7);
            listed.AddRange(page.Entries);
            next = page.Next;
        }
        while (next is not null);

        Assert.Equal(initiated.Count, listed.Select(entry => entry.Upload).Intersect(initiated).Count());
        Assert.Equal(initiated.Count, listed.Count);
        Assert.Equal(listed.OrderBy(entry => entry.PositionIn(KeyTree.Uploads)), listed);
    }

    private sealed class CountingHost(IEntityHost inner) : IEntityHost
    {
        public int PagesRead { get; private set; }

        public async ValueTask<TrackedAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken)
        {
            var answer = await inner.SendAsync(entity, command, cancellationToken);
            PagesRead += answer.Answer is LeafPage && command is ReadLeaf ? 1 : 0;
            return answer;
        }
    }
}
