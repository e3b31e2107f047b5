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
        ExpectError(await s3.SendAsync("PUT", target + "?tagging", Document(eleven)), 400, "BadRequest");
        ExpectError(await s3.SendAsync("PUT", target + "?tagging", Document(("a", "1"), ("a", "2"))), 400, "InvalidTag");
        ExpectError(await s3.SendAsync("PUT", target + "?tagging", Document(("", ""))), 400, "InvalidTag");
        foreach (var malformed in (string[])
            ["", "<TagSet/>", "<Tagging><TagSet/><TagSet/></Tagging>", "<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>"])
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

    public static TheoryData<string, string, string?> Tags => new()
    {
        { "k", "v", null },
        { "k", "", null },
        { "a b_c.d:e/f=g+h-i@j", "a b_c.d:e/f=g+h-i@j", null },
        { "\u00e9\u65e5\u0416\u0669", "\u00e9\u65e5\u0416\u0669", null },
        { new string('k', 128), new string('v', 256), null },
        { "xaws:k", "aws:v", null },
        { new string('k', 129), "", "InvalidTag" },
        { "k", new string('v', 257), "InvalidTag" },
        { "aws:k", "", "InvalidTag" },
        { "AWS:k", "", "InvalidTag" },
        { "a!", "", "InvalidTag" },
        { "a,b", "", "InvalidTag" },
        { "a#b", "", "InvalidTag" },
        { "a\tb", "", "InvalidTag" },
        { "\U0001F600", "", "InvalidTag" },
        { "k", "50%", "InvalidTag" },
        { "k", "(x)", "InvalidTag" },
        { "k", "a\nb", "InvalidTag" },
    };

    [Theory]
    [MemberData(nameof(Tags))]
    public async Task A_tag_follows_the_rules_in_every_form(string key, string value, string? code)
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        (await s3.SendAsync("PUT", target, "hello")).Expect(200);
        var header = ("x-amz-tagging", $"{Uri.EscapeDataString(key)}={Uri.EscapeDataString(value)}");
        ApiAnswer[] answers =
        [
            await s3.SendAsync("PUT", target + "?tagging", Document((key, value))),
            await s3.SendAsync("PUT", target + "2", "hello", header),
            await s3.SendAsync("POST", target + "3?uploads", "", header),
            await s3.SendAsync("PUT", target + "4", "", header, ("x-amz-copy-source", target), ("x-amz-tagging-directive", "REPLACE")),
        ];
        foreach (var answer in answers)
        {
            if (code is null)
            {
                answer.Expect(200);
            }
            else
            {
                ExpectError(answer, 400, code);
            }
        }

        foreach (var tagged in code is null ? [target, target + "2", target + "4"] : Array.Empty<string>())
        {
            var tags = (await s3.GetAsync(tagged + "?tagging&versionId=null")).Expect(200);
            Assert.Equal((key, value), (Text(tags, "Key"), Text(tags, "Value")));
        }
    }

    [Theory]
    [InlineData("a=1&a=2", "InvalidArgument")]
    [InlineData("=1", "InvalidArgument")]
    [InlineData("a=b=c", "InvalidArgument")]
    [InlineData("a=%zz", "InvalidArgument")]
    [InlineData("a=%C3", "InvalidArgument")]
    [InlineData("a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9&j=10&k=11", "BadRequest")]
    [InlineData("a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9&j=10", null)]
    [InlineData("a+b=c+d&e=%2B", null)]
    [InlineData("a", null)]
    [InlineData("", null)]
    public async Task Tags_in_the_header_are_encoded_like_a_query(string header, string? code)
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        var answer = await s3.SendAsync("PUT", target, "hello", ("x-amz-tagging", header));
        if (code is null)
        {
            answer.Expect(200);
            Assert.Equal(header.Length == 0 ? 0 : header.Split('&').Length, Texts(await s3.GetAsync(target + "?tagging"), "Key").Length);
        }
        else
        {
            ExpectError(answer, 400, code);
            ExpectError(await s3.GetAsync(target), 404, "NoSuchKey");
        }
    }

    [Theory]
    [InlineData("<Tagging/>")]
    [InlineData("<Tagging><TagSet/></Tagging>")]
    [InlineData("<Tagging><TagSet></TagSet></Tagging>")]
    [InlineData("<Tagging xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><TagSet> </TagSet></Tagging>")]
    public async Task An_empty_or_missing_set_empties_the_tags(string document)
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        (await s3.SendAsync("PUT", target, "hello", ("x-amz-tagging", "a=1"))).Expect(200);
        (await s3.SendAsync("PUT", target + "?tagging&versionId=null", document)).Expect(200);
        Assert.Empty(Texts((await s3.GetAsync(target + "?tagging")).Expect(200), "Tag"));
        (await s3.SendAsync("PUT", target + "2", "", ("x-amz-copy-source", target + "?versionId=null"), ("x-amz-tagging-directive", "REPLACE"))).Expect(200);
        Assert.Empty(Texts((await s3.GetAsync(target + "2?tagging")).Expect(200), "Tag"));
    }

    private static string Document(params (string Key, string Value)[] tags) => "<Tagging><TagSet>"
        + string.Concat(tags.Select(tag => $"<Tag><Key>{tag.Key}</Key><Value>{tag.Value}</Value></Tag>")) + "</TagSet></Tagging>";
}
