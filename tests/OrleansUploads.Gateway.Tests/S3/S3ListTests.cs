using static OrleansUploads.Gateway.Tests.S3.S3Server;

namespace OrleansUploads.Gateway.Tests.S3;

public sealed class S3ListTests(S3Server s3) : IClassFixture<S3Server>
{
    private static readonly string[] Keys = ["a", "dir/b", "dir/c", "dir/sub/d", "e f", "z\u0001"];

    [Fact]
    public async Task Keys_are_listed_in_order_with_what_they_hold()
    {
        var bucket = await FillAsync();
        var page = (await s3.GetAsync($"/{bucket}?list-type=2&fetch-owner=true")).Expect(200);
        Assert.Equal(Keys, Texts(page, "Key").Select(key => key));
        Assert.Equal("6", Text(page, "KeyCount"));
        Assert.Equal("1", Text(page, "Size"));
        Assert.Equal("STANDARD", Text(page, "StorageClass"));
        Assert.Equal($"\"{Md5([1])}\"", Text(page, "ETag"));
        Assert.Equal("111122223333", Text(page, "ID"));
        Assert.Equal("false", Text(page, "IsTruncated"));
    }

    [Fact]
    public async Task A_delimiter_groups_keys()
    {
        var bucket = await FillAsync();
        var page = (await s3.GetAsync($"/{bucket}?list-type=2&delimiter=%2F&encoding-type=url")).Expect(200);
        Assert.Equal(["a", "e+f", "z%01"], Texts(page, "Key"));
        Assert.Equal(["", "dir/"], Texts(page, "Prefix"));
        Assert.Equal("url", Text(page, "EncodingType"));
        var inside = (await s3.GetAsync($"/{bucket}?list-type=2&delimiter=/&prefix=dir/")).Expect(200);
        Assert.Equal(["dir/b", "dir/c"], Texts(inside, "Key"));
        Assert.Equal(["dir/", "dir/sub/"], Texts(inside, "Prefix"));
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("", 2)]
    [InlineData("&delimiter=/", 1)]
    [InlineData("&delimiter=/", 2)]
    public async Task Pages_lose_and_repeat_nothing_in_either_version(string query, int limit)
    {
        var bucket = await FillAsync();
        string[] expected = query.Length > 0 ? ["a", "dir/", "e f", "z\u0001"] : Keys;
        Assert.Equal(expected, await ReadAllAsync($"/{bucket}?list-type=2&max-keys={limit}{query}", "continuation-token", "NextContinuationToken"));
        Assert.Equal(expected, await ReadAllAsync($"/{bucket}?max-keys={limit}{query}", "marker", "NextMarker"));
    }

    [Fact]
    public async Task A_listing_may_start_behind_a_key()
    {
        var bucket = await FillAsync();
        Assert.Equal(["e f", "z\u0001"], Texts(await s3.GetAsync($"/{bucket}?list-type=2&start-after=dir/sub/d"), "Key"));
        Assert.Empty(Texts((await s3.GetAsync($"/{bucket}?list-type=2&max-keys=0")).Expect(200), "Key"));
        var first = (await s3.GetAsync($"/{bucket}?list-type=2&start-after=a&max-keys=1")).Expect(200);
        Assert.Equal("a", Text(first, "StartAfter"));
        Assert.Empty(Texts(await s3.GetAsync($"/{bucket}?list-type=2&start-after=a&continuation-token={Text(first, "NextContinuationToken")}"), "StartAfter"));
        ExpectError(await s3.GetAsync("/no-such-bucket"), 404, "NoSuchBucket");
        ExpectError(await s3.GetAsync("/no-such-bucket?versions"), 404, "NoSuchBucket");
    }

    [Fact]
    public async Task Every_object_is_listed_as_the_only_version_of_its_key()
    {
        var bucket = await FillAsync();
        var page = (await s3.GetAsync($"/{bucket}?versions")).Expect(200);
        Assert.Equal(Keys, Texts(page, "Key"));
        Assert.Equal(Keys.Select(_ => "null"), Texts(page, "VersionId"));
        Assert.Equal(Keys.Select(_ => "true"), Texts(page, "IsLatest"));
        Assert.Equal($"\"{Md5([1])}\"", Text(page, "ETag"));
        Assert.Equal("111122223333", Text(page, "ID"));
        Assert.Equal("false", Text(page, "IsTruncated"));
        Assert.Empty(Texts(page, "NextKeyMarker"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("&delimiter=/")]
    public async Task Pages_of_versions_lose_and_repeat_nothing(string query)
    {
        var bucket = await FillAsync();
        string[] expected = query.Length > 0 ? ["a", "dir/", "e f", "z\u0001"] : Keys;
        Assert.Equal(expected, await ReadAllAsync($"/{bucket}?versions&max-keys=1{query}", "key-marker", "NextKeyMarker"));
        var first = (await s3.GetAsync($"/{bucket}?versions&max-keys=1")).Expect(200);
        Assert.Equal(("a", "null"), (Text(first, "NextKeyMarker"), Text(first, "NextVersionIdMarker")));
        var second = (await s3.GetAsync($"/{bucket}?versions&max-keys=1&key-marker=a&version-id-marker=null&delimiter=/")).Expect(200);
        Assert.Equal(("null", "dir/"), (Text(second, "VersionIdMarker"), Text(second, "NextKeyMarker")));
        Assert.Empty(Texts(second, "NextVersionIdMarker"));
    }

    [Theory]
    [InlineData("version-id-marker=null", "without a key marker")]
    [InlineData("key-marker=a&version-id-marker=v2", "Invalid version id")]
    public async Task A_version_marker_is_null_beside_a_key(string query, string message) => Assert.Contains(
        message, (await s3.GetAsync($"/{await s3.NewBucketAsync()}?versions&{query}")).Expect(400).Text, StringComparison.Ordinal);

    private async Task<string> FillAsync()
    {
        var bucket = await s3.NewBucketAsync();
        foreach (var key in Keys)
        {
            (await s3.SendAsync("PUT", $"/{bucket}/{Uri.EscapeDataString(key).Replace("%2F", "/", StringComparison.Ordinal)}", [1])).Expect(200);
        }

        return bucket;
    }

    private async Task<List<string>> ReadAllAsync(string target, string parameter, string element)
    {
        var all = new List<string>();
        var token = "";
        while (true)
        {
            var page = (await s3.GetAsync(target + token + "&encoding-type=url")).Expect(200);
            var items = Texts(page, "Key").Concat(Texts(page, "Prefix").Where(prefix => prefix.Length > 0))
                .Select(item => Uri.UnescapeDataString(item.Replace('+', ' '))).Order(StringComparer.Ordinal).ToList();
            all.AddRange(items);
            if (Text(page, "IsTruncated") == "false")
            {
                return all;
            }

            // Version 1 gives a marker only with a delimiter.
            var next = Texts(page, element) is [var given] ? Uri.UnescapeDataString(given.Replace('+', ' ')) : items[^1];
            token = $"&{parameter}={Uri.EscapeDataString(next)}";
        }
    }
}
