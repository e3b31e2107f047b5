using static OrleansUploads.Gateway.Tests.S3.S3Server;

namespace OrleansUploads.Gateway.Tests.S3;

public sealed class S3TaggingTests(S3Server s3) : IClassFixture<S3Server>
{
    [Fact]
    public async Task Tags_are_replaced_returned_counted_and_removed()
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        (await s3.SendAsync("PUT", target, "hello", ("x-amz-tagging", "a=1&b=2"))).Expect(200);
        Assert.Equal(["a", "b"], Texts((await s3.GetAsync(target + "?tagging")).Expect(200), "Key"));

        (await s3.SendAsync("PUT", target + "?tagging", Document(("colour", "blue")))).Expect(200);
        var tags = (await s3.GetAsync(target + "?tagging")).Expect(200);
        Assert.Equal(["colour"], Texts(tags, "Key"));
        Assert.Equal(["blue"], Texts(tags, "Value"));
        var got = (await s3.GetAsync(target)).Expect(200);
        Assert.Equal(("hello", "1"), (got.Text, got.Header("x-amz-tagging-count")));

        (await s3.SendAsync("DELETE", target + "?tagging")).Expect(204);
        Assert.Empty(Texts((await s3.GetAsync(target + "?tagging")).Expect(200), "Tag"));
        Assert.Null((await s3.GetAsync(target)).Header("x-amz-tagging-count"));
    }

    [Fact]
    public async Task A_copy_gets_the_current_tags_and_an_overwrite_drops_them()
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        (await s3.SendAsync("PUT", target, "hello", ("x-amz-tagging", "a=1"))).Expect(200);
        (await s3.SendAsync("PUT", target + "?tagging", Document(("b", "2"), ("c", "")))).Expect(200);
        (await s3.SendAsync("PUT", target + "2", headers: ("x-amz-copy-source", target))).Expect(200);
        Assert.Equal(["b", "c"], Texts((await s3.GetAsync(target + "2?tagging")).Expect(200), "Key"));
        (await s3.SendAsync("PUT", target, "new")).Expect(200);
        Assert.Empty(Texts((await s3.GetAsync(target + "?tagging")).Expect(200), "Tag"));
    }

    [Fact]
    public async Task Tags_that_break_a_rule_change_nothing()
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        ExpectError(await s3.SendAsync("PUT", target + "?tagging", Document(("a", "1"))), 404, "NoSuchKey");
        ExpectError(await s3.GetAsync(target + "?tagging"), 404, "NoSuchKey");
        ExpectError(await s3.SendAsync("DELETE", target + "?tagging"), 404, "NoSuchKey");
        (await s3.SendAsync("PUT", target, "hello", ("x-amz-tagging", "a=1"))).Expect(200);

        (string, string)[] eleven = [.. Enumerable.Range(0, 11).Select(i => (i.ToString(CultureInfo.InvariantCulture), ""))];
        foreach (var invalid in new[] { eleven, [("a", "1"), ("a", "2")], [(new string('k', 129), "")], [("k", new string('v', 257))], [("", "")] })
        {
            ExpectError(await s3.SendAsync("PUT", target + "?tagging", Document(invalid)), 400, "InvalidTag");
        }

        foreach (var malformed in new[] { "", "<Tagging/>", "<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>", "<TagSet/>" })
        {
            ExpectError(await s3.SendAsync("PUT", target + "?tagging", malformed), 400, "MalformedXML");
        }

        ExpectError(
            await s3.SendAsync("PUT", target + "?tagging", Document(("b", "2")), ("Content-MD5", Convert.ToBase64String(new byte[16]))),
            400,
            "BadDigest");
        Assert.Equal(["a"], Texts((await s3.GetAsync(target + "?tagging")).Expect(200), "Key"));
        (await s3.SendAsync("PUT", target + "?tagging", Document(eleven[1..]))).Expect(200);
    }

    private static string Document(params (string Key, string Value)[] tags) => "<Tagging><TagSet>"
        + string.Concat(tags.Select(tag => $"<Tag><Key>{tag.Key}</Key><Value>{tag.Value}</Value></Tag>")) + "</TagSet></Tagging>";
}
